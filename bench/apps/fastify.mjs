import fastify from 'fastify';

const app = fastify();
app.get('/', (_request, reply) => {
  reply.type('text/plain').send('Hello, World!');
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
