// A server that stops by server.close() when it is told to, by SIGTERM. Answers at once, or after some milliseconds where
// the target says so, and says `warm` when it has answered a while. Its arguments: the module to serve with, and the
// milliseconds for which it leaves kept connections when it stops (premier only).
import process from 'node:process';

const { default: http } = await import(
  process.argv[2] === 'premier' ? '../../dist/index.js' : process.argv[2]
);

const warm = 200;
let requests = 0;
const closingGrace = Number(process.argv[3] ?? 200);
const server = http.createServer({ closingGrace }, (req, res) => {
  if (++requests === warm) console.log('warm');
  const pause = Number(new URL(req.url, 'http://localhost').searchParams.get('after') ?? 0);
  if (pause > 0) setTimeout(() => res.end('Hello, World!'), pause);
  else res.end('Hello, World!');
});
process.on('SIGTERM', () => server.close(() => process.exit()));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
