// What is stopped under load: answers at once, or after some milliseconds where the target says so, and says `warm` when it has
// answered a while. The command runs it as it is; stopped-server.mjs serves it otherwise.
const warm = 200;
let requests = 0;

export default function answer(req, res) {
  if (++requests === warm) console.log('warm');
  const pause = Number(new URL(req.url, 'http://localhost').searchParams.get('after') ?? 0);
  if (pause > 0) setTimeout(() => res.end('Hello, World!'), pause);
  else res.end('Hello, World!');
}
