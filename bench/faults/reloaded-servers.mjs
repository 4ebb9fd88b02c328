// What is reloaded and stopped under load: premier in its ways, and others beside it. In: a folder for their files. Out: by
// name, how each is started; and of one that runs its port, `reload` and `stop`, which resolve when that is over.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../../scripts/prepare.mjs';
import { has } from '../processes.mjs';

const command = join(root, 'dist', 'cli', 'main.js');

/** Milliseconds that a stop may take. */
const patience = 15_000;

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** What ends what a child would leave behind. */
const daemons = new Set();

/** Ends all that run. */
export async function endServers() {
  for (const child of running) child.kill('SIGKILL');
  for (const end of daemons) await end();
}

/** The usual way: fork one, wait until it listens, disconnect the one before. */
const clusterProgram = `import cluster from 'node:cluster';
import http from 'node:http';
if (cluster.isPrimary) {
  cluster.on('fork', (worker) => worker.on('error', () => {}));
  let listening = 0;
  cluster.on('listening', (worker, { port }) => { if (++listening === 2) console.log('http://localhost:' + port + '/'); });
  cluster.fork(); cluster.fork();
  process.on('SIGHUP', async () => {
    for (const before of Object.values(cluster.workers)) {
      await new Promise((resolve) => cluster.fork().once('listening', resolve));
      if (before.isConnected()) before.send('stop');
    }
    console.log('reloaded');
  });
  process.on('SIGTERM', () => { for (const worker of Object.values(cluster.workers)) if (worker.isConnected()) worker.send('stop'); });
} else {
  const server = http.createServer((req, res) => res.end('hello')).listen(0, '127.0.0.1');
  process.on('message', () => server.close(() => process.exit()));
}`;

/** As PM2's papers have it: ready when it listens, and closed when it is told to go. */
const pm2Program = `const server = require('node:http').createServer((req, res) => res.end('hello'));
server.listen(process.env.PORT, '127.0.0.1', () => process.send('ready'));
process.on('SIGINT', () => server.close(() => process.exit(0)));`;

/** Its workers may run as a user who can't read the folder. */
const nginxFile = (folder, port) => `daemon off;
worker_processes 2;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http { access_log off; server { listen 127.0.0.1:${port}; location / { return 200 hello; } } }`;

/** The contenders that can be run here. */
export function reloadedServers(folder) {
  const program = join(folder, 'app.mjs');
  writeFileSync(program, `export default (req, res) => res.end('hello');`);
  writeFileSync(join(folder, 'cluster.mjs'), clusterProgram);
  writeFileSync(join(folder, 'pm2.cjs'), pm2Program);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>hello</title>');
  const pair = certificate(folder);
  const tls = pair && ['--tls-cert', pair.cert, '--tls-key', pair.key];
  const premier = (...args) => ({
    start: () =>
      startNode(
        [command, ...args, '--workers', '2', '--port', '0', '--log', 'off'],
        /all workers were replaced/g,
      ),
  });
  return {
    'premier, program': premier(program),
    'premier, folder': premier(folder),
    ...(tls && {
      'premier, program, TLS': { ...premier(program, ...tls), secure: true },
      'premier, folder, TLS': { ...premier(folder, ...tls), secure: true },
    }),
    'node:cluster, close()': { start: () => startNode([join(folder, 'cluster.mjs')], /reloaded/g) },
    ...(has('nginx') && { nginx: { start: () => startNginx(folder) } }),
    ...(has('pm2') && { PM2: { start: () => startPm2(folder) } }),
  };
}

function certificate(folder) {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-keyout', key, '-out', cert];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names];
  return spawnSync('openssl', made).status === 0 ? { key, cert } : undefined;
}

/** A process that is reloaded by SIGHUP and stopped by a signal, and what it has printed. */
class Signalled {
  #child;
  #output = '';

  constructor(words) {
    const [file, ...rest] = words;
    this.#child = spawn(file, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LANG: 'C' },
    });
    running.add(this.#child);
    this.#child.once('close', () => {
      running.delete(this.#child);
      this.#child.emit('printed');
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
        this.#child.emit('printed');
      });
  }

  /** Resolves with the last match once there are so many; rejects with what was printed when it ends before. */
  async printed(pattern, times = 1) {
    for (;;) {
      const matches = [...this.#output.matchAll(pattern)];
      if (matches.length >= times) return matches[times - 1];
      if (!running.has(this.#child)) throw new Error(`it ended: ${this.#output.trim().split('\n').at(-1)}`);
      await once(this.#child, 'printed');
    }
  }

  signal(name) {
    this.#child.kill(name);
  }

  async end(signal) {
    if (this.#child.exitCode !== null) return;
    this.#child.kill(signal);
    // One that waits for connections which go on for ever loses them in the end.
    const tooLong = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    await once(this.#child, 'exit');
    clearTimeout(tooLong);
  }
}

async function startNode(args, reloaded) {
  const server = new Signalled([process.execPath, ...args]);
  const [, port] = await server.printed(/:(\d+)\//g);
  let times = 0;
  return {
    port: Number(port),
    async reload() {
      server.signal('SIGHUP');
      await server.printed(reloaded, ++times);
    },
    stop: () => server.end('SIGTERM'),
  };
}

async function startNginx(folder) {
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, nginxFile(folder, port));
  const server = new Signalled(['nginx', '-p', folder, '-e', 'stderr', '-c', file]);
  const workers = 2;
  let started = workers;
  await server.printed(/start worker process/g, started);
  return {
    port,
    async reload() {
      started += workers;
      server.signal('SIGHUP');
      await server.printed(/start worker process/g, started);
    },
    stop: () => server.end('SIGQUIT'),
  };
}

async function startPm2(folder) {
  const port = await freePort();
  // One of its daemons for each.
  const env = { ...process.env, PM2_HOME: mkdtempSync(join(folder, 'pm2-')), PORT: String(port) };
  const pm2 = async (...args) => {
    const child = spawn('pm2', ['--silent', ...args], { stdio: 'ignore', env });
    await once(child, 'exit');
  };
  const kill = () => pm2('kill');
  daemons.add(kill);
  await pm2('start', join(folder, 'pm2.cjs'), '-i', '2', '--wait-ready', '--name', 'app');
  return {
    port,
    reload: () => pm2('reload', 'app'),
    async stop() {
      await pm2('stop', 'app');
      await kill();
      daemons.delete(kill);
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
