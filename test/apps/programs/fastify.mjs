// `--force` sets forceCloseConnections; SIGTERM closes the app, which ends the process.
import process from 'node:process';
import { api } from './fastify-api.mjs';

const app = await api({ forceCloseConnections: process.argv.includes('--force') });
app.addHook('onClose', () => console.log('closed'));
process.once('SIGTERM', () => app.close());
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
