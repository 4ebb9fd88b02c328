// How long a server takes from its start to its first answer. In: what to run, with its arguments; it prints its address. Out:
// the milliseconds, without the start of this client; ends with another code than 0 where the answer isn't 200.
import { spawn } from 'node:child_process';
import http from 'node:http';
import process from 'node:process';

const start = performance.now();
const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'pipe', 'inherit'] });
let printed = '';
child.stdout.setEncoding('utf8').on('data', (text) => {
  printed += text;
  const [address] = /http:\/\/[^\s/]+:\d+/.exec(printed) ?? [];
  if (address === undefined) return;
  child.stdout.removeAllListeners('data');
  http.get(address, (response) => {
    console.log(performance.now() - start);
    child.kill('SIGKILL');
    process.exit(response.statusCode === 200 ? 0 : 1);
  });
});
child.once('close', () => process.exit(1));
