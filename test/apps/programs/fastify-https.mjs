// Arguments: the files of the key and of the certificate.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { api } from './fastify-api.mjs';

const [, , key, cert] = process.argv;
const app = await api({ https: { key: readFileSync(key), cert: readFileSync(cert) } });
app.get('/socket', ({ raw, protocol }) => ({ encrypted: raw.socket.encrypted, protocol }));
await app.listen({ port: 0, host: 'localhost' });
console.log(app.server.address().port);
