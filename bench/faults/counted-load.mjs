// Clients that count, in a process of their own, which may be on another host. In: a port on its own host, how many clients
// of each kind, and the end of stdin as the word to end. Out: a line of JSON.
import process from 'node:process';
import { CountingClients } from '../load/counting-clients.mjs';

const [port, count] = process.argv.slice(2).map(Number);
const clients = new CountingClients({ port, host: '127.0.0.1' }, { kept: count, short: count, pause: 20 });
process.stdin.resume().once('end', async () => {
  await clients.end();
  const { requests, refused, lost } = clients;
  console.log(JSON.stringify({ requests, refused, lost }));
  process.exit();
});
