// hello.mjs on Bun.serve, with the fields that node:http sends and Bun does not.
const kept = {
  headers: { 'Content-Type': 'text/plain', Connection: 'keep-alive', 'Keep-Alive': 'timeout=5' },
};
const closed = { headers: { 'Content-Type': 'text/plain', Connection: 'close' } };

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) =>
    new Response('Hello, World!', request.headers.get('connection') === 'close' ? closed : kept),
});
console.log(server.port);
