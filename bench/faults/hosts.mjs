// `npm run faults:hosts [-- WORD ...] [-- --clients N]`: three hosts behind a balancer, under load: replaced one after the other, one cut
// off, one killed. Hosts are network namespaces, so it needs Linux and root; balancers are run with the files of deploy/, as they are,
// where they are installed. Out: a table of what clients lost. Nothing of the machine's own network is touched.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, install, root } from '../../scripts/prepare.mjs';
import { has } from '../processes.mjs';

const { values, positionals } = parseArgs({
  options: { clients: { type: 'string', default: '20' } },
  allowPositionals: true,
});

const folder = mkdtempSync(join(tmpdir(), 'premier-hosts-'));
const command = join(root, 'dist', 'cli', 'main.js');
const program = join(folder, 'app.mjs');
writeFileSync(program, `export default (req, res) => res.end('hello');`);

/** How each balancer is started with its file, in the foreground. */
const balancers = {
  haproxy: ['haproxy', '-db', '-f', join(root, 'deploy', 'haproxy.cfg')],
  nginx: [
    ...['nginx', '-p', folder, '-e', 'stderr', '-c', join(root, 'deploy', 'nginx.conf')],
    ...['-g', `daemon off; pid ${join(folder, 'nginx.pid')};`],
  ],
};

function ip(...words) {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
}

const running = new Set();

/** One namespace, and what runs there. */
class Host {
  constructor(name) {
    this.name = `premier-${process.pid}-${name}`;
    ip('netns', 'add', this.name);
    ip('-n', this.name, 'link', 'set', 'lo', 'up');
  }

  start(words, stdio = 'ignore') {
    const [file, ...rest] = ['ip', 'netns', 'exec', this.name, ...words];
    const child = spawn(file, rest, { stdio, detached: true, env: { ...process.env, LANG: 'C' } });
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  }

  remove() {
    spawnSync('ip', ['netns', 'delete', this.name]);
  }
}

/** One that serves, at an address that the files of deploy/ name. */
class Backend extends Host {
  #child;

  constructor(name, address, balancer) {
    super(name);
    this.address = address;
    this.balancer = balancer;
    this.link = `to-${name}`;
    ip(
      'link',
      'add',
      this.link,
      'netns',
      balancer.name,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      this.name,
    );
    ip('-n', balancer.name, 'link', 'set', this.link, 'master', 'bridge', 'up');
    ip('-n', this.name, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', this.name, 'link', 'set', 'eth0', 'up');
  }

  async serve() {
    const options = [
      '--host',
      '--port',
      '8080',
      '--admin=0.0.0.0:8081',
      '--drain-delay',
      '3',
      '--log',
      'off',
    ];
    this.#child = this.start([process.execPath, command, program, '--workers', '2', ...options]);
    const health = [process.execPath, command, 'health', `http://${this.address}:8081/ready`];
    while ((await once(this.balancer.start(health), 'exit'))[0] !== 0) await delay(100);
    // The balancer has to see it as well.
    await delay(2500);
  }

  async stop() {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }

  async kill() {
    process.kill(-this.#child.pid, 'SIGKILL');
    await once(this.#child, 'exit');
  }

  connected(state) {
    ip('-n', this.balancer.name, 'link', 'set', this.link, state ? 'up' : 'down');
  }
}

const faults = {
  async 'replaced one after the other'(backends) {
    for (const backend of backends) {
      await backend.stop();
      await backend.serve();
    }
  },
  async 'one cut off for 8 s'([, backend]) {
    backend.connected(false);
    await delay(8000);
    backend.connected(true);
    await delay(5000);
  },
  async 'one killed'([, , backend]) {
    await backend.kill();
    await delay(3000);
    await backend.serve();
  },
};

async function measure(balancer, words, backends) {
  const proxy = balancer.start(words, ['ignore', 'inherit', 'inherit']);
  await delay(3000);
  const rows = {};
  for (const [fault, happen] of Object.entries(faults)) {
    const load = balancer.start(
      [process.execPath, fileURLToPath(new URL('counted-load.mjs', import.meta.url)), '80', values.clients],
      ['pipe', 'pipe', 'inherit'],
    );
    const output = text(load.stdout);
    await delay(1000);
    await happen(backends);
    load.stdin.end();
    const { requests, refused, lost } = JSON.parse(await output);
    const losses = Object.entries({ ...lost, ...(refused && { refused }) });
    rows[`${words[0]}: ${fault}`] = {
      requests,
      lost: losses.map(([why, count]) => `${count} ${why}`).join(', ') || '0',
    };
  }
  proxy.kill();
  return rows;
}

if (process.platform !== 'linux' || process.getuid() !== 0 || !has('ip')) {
  console.error('Hosts are network namespaces: this needs Linux, root and ip.');
  process.exit(1);
}
install();
build();
const hosts = [];
process.on('exit', () => {
  for (const child of running) process.kill(-child.pid, 'SIGKILL');
  for (const host of hosts) host.remove();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const balancer = new Host('balancer');
hosts.push(balancer);
ip('-n', balancer.name, 'link', 'add', 'bridge', 'type', 'bridge');
ip('-n', balancer.name, 'address', 'add', '10.0.0.254/24', 'dev', 'bridge');
ip('-n', balancer.name, 'link', 'set', 'bridge', 'up');
const backends = ['a', 'b', 'c'].map((name, index) => new Backend(name, `10.0.0.${index + 1}`, balancer));
hosts.push(...backends);
await Promise.all(backends.map((backend) => backend.serve()));
const table = {};
for (const [name, words] of Object.entries(balancers)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  if (has(name)) Object.assign(table, await measure(balancer, words, backends));
  else console.error(`${name} is not installed.`);
}
console.log(
  `\nNode ${process.version}; ${values.clients} clients that keep their connection, as many that don't`,
);
console.table(table);
process.exit();
