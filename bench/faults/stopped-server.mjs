// A server that stops by server.close() when it is told to, by SIGTERM. Its arguments: the module to serve with, the
// milliseconds for which it leaves kept connections when it stops (premier only), and a port.
import process from 'node:process';
import answer from './stopped-program.mjs';

const { default: http } = await import(
  process.argv[2] === 'premier' ? '../../dist/index.js' : process.argv[2]
);

const server = http.createServer({ closingGrace: Number(process.argv[3] ?? 200) }, answer);
process.on('SIGTERM', () => server.close(() => process.exit()));
server.listen(Number(process.argv[4]), '127.0.0.1', () => console.log(server.address().port));
