// A program of two cluster workers that share a port. Prints for each worker: the status it answers with (200 when its
// node:http is premier) and how many different ports they listen on.
import cluster from 'node:cluster';
import http from 'node:http';
import premier from 'premier';

function ask(port: number, done: (status: number | undefined) => void): void {
  http.get({ port, host: '127.0.0.1', agent: false }, (res) => {
    res.resume().on('end', () => done(res.statusCode));
  });
}

if (cluster.isPrimary) {
  const ports = new Set<number>();
  let answered = 0;
  for (let index = 0; index < 2; index++) {
    cluster.fork().on('listening', ({ port }) => {
      ports.add(port);
      ask(port, (status) => {
        console.log(status, ports.size);
        if (++answered === 2) for (const worker of Object.values(cluster.workers ?? {})) worker?.kill();
      });
    });
  }
} else {
  const status = (http.Server as unknown) === premier.Server ? 200 : 500;
  http
    .createServer((_req, res) => {
      res.statusCode = status;
      res.end();
    })
    .listen(0, '127.0.0.1');
}
