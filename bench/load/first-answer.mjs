// How long a server takes from its start to its first answer. In: what to run, with its arguments; it prints its address. Out:
// nothing; ends when that is answered with 200, with another code where it isn't.
import { spawn } from 'node:child_process';
import http from 'node:http';
import process from 'node:process';

const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'pipe', 'inherit'] });
let printed = '';
child.stdout.setEncoding('utf8').on('data', (text) => {
  printed += text;
  const [address] = /http:\/\/[^\s/]+:\d+/.exec(printed) ?? [];
  if (address === undefined) return;
  child.stdout.removeAllListeners('data');
  http.get(address, (response) => {
    child.kill('SIGKILL');
    process.exit(response.statusCode === 200 ? 0 : 1);
  });
});
child.once('close', () => process.exit(1));
