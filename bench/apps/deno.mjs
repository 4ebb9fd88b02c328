// hello.mjs on Deno.serve, with the fields that node:http sends and Deno does not (it says `Connection: close` itself).
const kept = {
  headers: { 'Content-Type': 'text/plain', Connection: 'keep-alive', 'Keep-Alive': 'timeout=5' },
};
const closed = { headers: { 'Content-Type': 'text/plain' } };

Deno.serve(
  { port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) },
  (request) => new Response('Hello, World!', request.headers.get('connection') === 'close' ? closed : kept),
);
