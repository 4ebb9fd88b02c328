// What a callback throws reaches the domain in which it was given, as on node:http.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

const PLACES: Record<string, string> = {
  'the callback of a write': "res.write('x', fail)",
  'the callback of a late write': "setTimeout(() => res.write('x', fail), 5)",
  'the callback of a write of bytes': 'res.write(Buffer.alloc(100000), fail)',
  'the callback of an end': "res.end('x', fail)",
  "a listener for 'finish'": "res.on('finish', fail); res.end('x')",
  "a listener for 'end' of a request that was added to it":
    "process.domain.add(req); req.on('end', fail).resume(); res.end('x')",
  "a listener for 'end' of a request that is touched before it is added":
    "req.readableFlowing; process.domain.add(req); req.on('end', fail).resume()",
  'a timer': 'setTimeout(fail, 5)',
  'the handler': 'fail()',
};

const listeners = Object.entries(PLACES).map(
  ([place, statement]) => `[${JSON.stringify(place)}, (req, res) => { ${statement}; }]`,
);

/** Tries one place after the other, and says for each which domain was told of what. */
const program = (module: string, outer: string) => `
  import domain from 'node:domain';
  import http from '${module}';
  import net from 'node:net';
  const places = [${listeners.join()}];
  const told = (name, go) => {
    const made = domain.create();
    made.on('error', ({ message }) => { console.log(name, message); setImmediate(go); });
    return made;
  };
  const fail = () => { throw new Error('failed'); };
  const next = () => {
    const [place, listener] = places.shift() ?? process.exit();
    const server = http.createServer((req, res) => told(place, next).run(() => listener(req, res)));
    server.listen(0, '127.0.0.1', () => {
      net.connect(server.address().port, '127.0.0.1').resume().write('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
    });
  };
  ${outer};`;

for (const [where, outer] of [
  ['another domain', "told('outer', () => process.exit()).run(next)"],
  ['no domain', 'next()'],
] as const) {
  for (const module of ['node:http', 'premier']) {
    test(`what callbacks throw reaches their domain, in a server of ${where} (${module})`, () => {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', program(module, outer)],
        { cwd: root, encoding: 'utf8', timeout: 15_000 },
      );
      const expected = Object.keys(PLACES).map((place) => `${place} failed\n`);
      assert.equal(stdout, expected.join(''), stderr);
    });
  }
}

/** Each prints who was told of what. */
const PROGRAMS: Record<string, { program: string; told: string[] }> = {
  'two responses that leave together in one domain': {
    program: `
      const inner = made('inner');
      const server = http.createServer((req, res) => inner.run(() => {
        res.on('finish', () => fail(req.url));
        res.end();
      }));
      server.listen(0, '127.0.0.1', () => ask(server, ['/1', '/2']));`,
    told: ['inner /1', 'inner /2'],
  },
  'a handler of a server that was told to listen in a domain': {
    program: `
      const inner = made('inner');
      const server = http.createServer((req, res) => { res.end(); fail(req.url); });
      inner.run(() => server.listen(0, '127.0.0.1', () => ask(server, ['/1'])));`,
    told: ['inner /1'],
  },
  'a later request of a connection of such a server': {
    program: `
      const inner = made('inner');
      const server = http.createServer((req, res) => {
        if (req.url === '/2') fail(req.url);
        res.end(() => setImmediate(() => client.write(get('/2'))));
      });
      let client;
      inner.run(() => server.listen(0, '127.0.0.1', () => { client = ask(server, ['/1']); }));`,
    told: ['inner /2'],
  },
  'a handler after one that failed in a domain which it entered and never left': {
    program: `
      const outer = made('outer');
      const server = http.createServer((req, res) => {
        if (req.url === '/2') return console.log('entered', Boolean(process.domain)), process.exit();
        res.end(() => setImmediate(() => ask(server, ['/2'])));
        made('inner').run(() => fail(req.url));
      });
      server.listen(0, '127.0.0.1', () => ask(server, ['/1']));`,
    told: ['inner /1', 'entered false'],
  },
};

const preamble = (module: string, count: number) => `
  import domain from 'node:domain';
  import http from '${module}';
  import net from 'node:net';
  import process from 'node:process';
  let left = ${count};
  const made = (name) => {
    const one = domain.create();
    one.on('error', ({ message }) => { console.log(name, message); if (--left === 0) setImmediate(process.exit); });
    return one;
  };
  const fail = (message) => { throw new Error(message); };
  const get = (url) => 'GET ' + url + ' HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
  const ask = (server, urls) => {
    const client = net.connect(server.address().port, '127.0.0.1').resume();
    client.write(urls.map(get).join(''));
    return client;
  };`;

for (const [what, { program, told }] of Object.entries(PROGRAMS)) {
  for (const module of ['node:http', 'premier']) {
    test(`${what} is told of in its domain (${module})`, () => {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', `${preamble(module, told.length)}${program}`],
        { cwd: root, encoding: 'utf8', timeout: 15_000 },
      );
      assert.deepEqual(stdout.trim().split('\n'), told, stderr);
    });
  }
}

test('a request belongs to no domain until it is added to one', () => {
  const program = `${preamble('premier', 1)}
    const inner = made('inner');
    const server = http.createServer((req, res) => {
      const before = [req.domain, res.domain];
      inner.add(req);
      console.log(before, req.domain === inner);
      process.exit();
    });
    inner.run(() => server.listen(0, '127.0.0.1', () => ask(server, ['/1'])));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
    timeout: 15_000,
  });
  assert.equal(stdout, '[ undefined, undefined ] true\n', stderr);
});
