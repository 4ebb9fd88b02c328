import fastify from 'fastify';

const app = fastify({ forceCloseConnections: false });
app.get('/', async () => 'hello');
app.server.on('upgrade', (_req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nswitched'));

export default app;
