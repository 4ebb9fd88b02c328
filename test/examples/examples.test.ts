// Each example is started as its reader would start it, and asked by a real client what its comments promise.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import nodeHttp from 'node:http';
import nodeHttps from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { examplePath, type RunningExample, run } from './running-example.js';

const lesson = `"use strict";

const http = require("http");
const server = http.createServer();

server.listen(8080, () => console.log("Serveur démarré !"));
`;

/** Starts an example before the tests of a suite and ends it after them. */
function running(name: string, options?: Parameters<typeof run>[1]): { example: RunningExample } {
  const held = {} as { example: RunningExample };
  before(async () => {
    held.example = await run(name, options);
  });
  after(() => held.example?.stop());
  return held;
}

test('every example is tried here', () => {
  const tried = readFileSync(new URL('../../test/examples/examples.test.ts', import.meta.url), 'utf8');
  const examples = readdirSync(examplePath('.')).filter((name) => /\.[cm]?js$/.test(name));
  assert.ok(examples.length >= 5);
  assert.deepEqual(
    examples.filter((name) => !tried.includes(`running('${name}'`) && !tried.includes(`run('${name}'`)),
    [],
  );
});

test('https-en-local.cjs serves who believes the authority of this computer', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'premier-data-'));
  t.after(() => rm(data, { recursive: true }));
  const example = await run('https-en-local.cjs', { env: { XDG_DATA_HOME: data } });
  t.after(() => example.stop());
  await example.printed('Serveur démarré : https://localhost:');
  const ca = readFileSync(join(data, 'premier', 'local-authority', 'root.pem'));
  const { port } = new URL(example.origin);
  const [response] = await once(nodeHttps.get({ port, host: 'localhost', ca, agent: false }), 'response');
  assert.equal(Buffer.concat(await response.toArray()).toString(), 'Bonjour en privé, par TLSv1.3 !\n');
});

describe('premier-serveur.cjs', () => {
  test('is the program of the lesson, with premier in place of http', () => {
    const text = readFileSync(examplePath('premier-serveur.cjs'), 'utf8');
    assert.equal(text, lesson.replace('"http"', '"premier"'));
  });

  describe('once started', () => {
    const held = running('premier-serveur.cjs');

    test('says so, word for word', async () => {
      assert.equal(await held.example.printed('\n'), 'Serveur démarré !\n');
    });

    for (const [language, words] of [
      ['fr-FR,fr;q=0.9,en;q=0.5', 'Serveur démarré !'],
      ['en', 'The server is up!'],
    ] as const) {
      test(`answers at once, with 404 and a word of welcome (Accept-Language: ${language})`, async () => {
        const response = await fetch(held.example.origin, {
          headers: { 'Accept-Language': language },
          signal: AbortSignal.timeout(10_000),
        });
        assert.equal(response.status, 404);
        assert.match(response.headers.get('content-type') ?? '', /charset=utf-8/i);
        const page = await response.text();
        assert.ok(page.includes(`<h1>${words}</h1>`), page);
        assert.ok(page.includes(`<html lang="${language.slice(0, 2)}">`), page);
      });
    }
  });
});

describe('repondre.cjs', () => {
  const held = running('repondre.cjs');
  const cases = [
    ['GET', '/bonjour', 200, 'Bonjour, tout le monde !\n'],
    ['GET', '/bonjour?nom=Ada', 200, 'Bonjour, Ada !\n'],
    ['GET', '/bonjour?nom=%C3%89lo%C3%AFse', 200, 'Bonjour, Éloïse !\n'],
    ['GET', '/bonjour?nom=%ff', 200, 'Bonjour, \ufffd !\n'],
    ['HEAD', '/bonjour', 200, ''],
    ['POST', '/bonjour', 405, 'On ne peut que lire cette adresse.\n'],
    ['GET', '/', 404, 'Rien à cette adresse. Essayez /bonjour?nom=Ada\n'],
    ['GET', '//', 404, 'Rien à cette adresse. Essayez /bonjour?nom=Ada\n'],
  ] as const;

  for (const [method, path, status, text] of cases) {
    test(`${method} ${path} is answered with ${status}`, async () => {
      const response = await fetch(held.example.origin + path, { method });
      assert.equal(response.status, status);
      assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.equal(response.headers.get('allow'), status === 405 ? 'GET, HEAD' : null);
      assert.equal(await response.text(), text);
    });
  }

  test('prints the address to open', async () => {
    assert.match(await held.example.printed('\n'), /^Serveur démarré : http:\/\/localhost:\d+\/bonjour\n$/);
  });
});

describe('lire-du-json.cjs', () => {
  const held = running('lire-du-json.cjs');
  const cases = [
    ['a list of numbers is added up', '{"nombres":[1,2,39]}', 200, { somme: 42 }],
    ['an empty list adds up to 0', '{"nombres":[]}', 200, { somme: 0 }],
    ['what is not JSON is refused', '{"nombres":', 400, { erreur: 'ce n’est pas du JSON' }],
    ['no body at all is refused', '', 400, { erreur: 'ce n’est pas du JSON' }],
    ['null is refused', 'null', 422, { erreur: '« nombres » doit être une liste de nombres' }],
    [
      'words in place of numbers are refused',
      '{"nombres":["1"]}',
      422,
      { erreur: '« nombres » doit être une liste de nombres' },
    ],
    ['a body past the limit is refused', ' '.repeat(5_000_000), 413, { erreur: 'corps trop grand' }],
  ] as const;

  for (const [sentence, body, status, answer] of cases) {
    test(sentence, async () => {
      const response = await fetch(held.example.origin, { method: 'POST', body });
      assert.equal(response.status, status);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.deepEqual(await response.json(), answer);
    });
  }

  test('GET is told to use POST', async () => {
    const response = await fetch(held.example.origin);
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
  });

  test('a client that leaves in the middle of its body does no harm', async () => {
    await new Promise<void>((resolve) => {
      const request = nodeHttp.request(held.example.origin, {
        method: 'POST',
        headers: { 'Content-Length': 100 },
      });
      request.on('error', () => resolve());
      request.write('{', () => request.destroy(new Error('gone')));
    });
    const response = await fetch(held.example.origin, { method: 'POST', body: '{"nombres":[1]}' });
    assert.deepEqual(await response.json(), { somme: 1 });
  });
});

describe('livre-d-or.cjs', () => {
  const held = running('livre-d-or.cjs');
  const sign = (nom: string) =>
    fetch(held.example.origin, { method: 'POST', body: new URLSearchParams({ nom }), redirect: 'manual' });

  test('a signature is answered with a cookie and a redirect, and shown as text', async () => {
    const response = await sign('<b>Anna</b>');
    assert.deepEqual([response.status, response.headers.get('location')], [303, '/']);
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    assert.equal(cookie, 'nom=%3Cb%3EAnna%3C%2Fb%3E');
    const page = await (await fetch(held.example.origin, { headers: { cookie } })).text();
    assert.ok(page.includes('Bonjour, &#60;b&#62;Anna&#60;/b&#62;.') && !page.includes('<b>'), page);
  });

  test('a page that is known is answered with 304, until somebody signs', async () => {
    const etag = (await fetch(held.example.origin)).headers.get('etag') ?? '';
    const again = () => fetch(held.example.origin, { headers: { 'If-None-Match': etag } });
    assert.equal((await again()).status, 304);
    await sign('Zoé');
    assert.equal((await again()).status, 200);
  });

  for (const [sentence, nom] of [
    ['no name', ''],
    ['a name past the limit', 'x'.repeat(100_000)],
  ] as const) {
    test(`${sentence} is refused`, async () => assert.equal((await sign(nom)).status, 400));
  }

  test('a cookie that is none of its own does no harm', async () => {
    assert.equal((await fetch(held.example.origin, { headers: { cookie: 'nom=%E9' } })).status, 200);
  });

  test('counts to five, a chunk at a time', async () => {
    assert.equal(await (await fetch(`${held.example.origin}/compte`)).text(), '1\n2\n3\n4\n5\n');
  });
});

describe('envoyer-un-fichier.cjs', () => {
  let folder: string;
  let example: RunningExample;
  const content = Buffer.alloc(3_000_000, 'Création — ');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'premier-example-'));
    const file = join(folder, 'été.bin');
    await writeFile(file, content);
    example = await run('envoyer-un-fichier.cjs', { args: [file] });
  });
  after(async () => {
    await example?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('sends the whole file, under its name', async () => {
    const response = await fetch(example.origin);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-length'), String(content.length));
    assert.equal(
      response.headers.get('content-disposition'),
      "attachment; filename*=UTF-8''%C3%A9t%C3%A9.bin",
    );
    assert.ok(content.equals(Buffer.from(await response.arrayBuffer())));
  });

  test('goes on after a client that leaves half-way', async () => {
    const leaving = new AbortController();
    const response = await fetch(example.origin, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    const again = await fetch(example.origin);
    assert.equal((await again.arrayBuffer()).byteLength, content.length);
  });

  test('answers 500 for a file it cannot read, and says why to whoever runs it', async () => {
    await rm(join(folder, 'été.bin'));
    const response = await fetch(example.origin);
    assert.equal(response.status, 500);
    await example.printed('ENOENT');
    const folderAsFile = await run('envoyer-un-fichier.cjs', { args: [folder] });
    try {
      assert.equal((await fetch(folderAsFile.origin)).status, 500);
    } finally {
      await folderAsFile.stop();
    }
  });
});

describe('arret-en-douceur.cjs', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`finishes the response under way on ${signal}, refuses newcomers, ends with code 0`, async () => {
      const example = await run('arret-en-douceur.cjs', { env: { DUREE: '500' } });
      try {
        const response = await fetch(example.origin, { headers: { Connection: 'close' } });
        const ended = example.stop(signal);
        await example.printed('On ferme');
        // Who comes in the moment in which it closes may still be answered.
        const ask = async () => (await fetch(example.origin, { headers: { Connection: 'close' } })).text();
        for (let asked = 0; ; asked++) {
          const refused = await ask().then(
            () => false,
            () => true,
          );
          if (refused) break;
          assert.ok(asked < 3, 'newcomers are answered');
        }
        assert.equal(await response.text(), 'Je réfléchis…\nVoilà.\n');
        assert.equal(await ended, 0);
        await example.printed('Serveur arrêté.\n');
      } finally {
        await example.stop();
      }
    });
  }
});

describe('an example that can’t run yet says so in one sentence', () => {
  const examples = readdirSync(examplePath('.')).filter((name) => name.endsWith('.cjs'));

  test('in a checkout that was never built', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'premier-unbuilt-'));
    try {
      for (const part of ['examples', 'package.json', join('scripts', 'node-version.cjs')]) {
        await cp(examplePath(join('..', part)), join(folder, part), { recursive: true });
      }
      for (const name of examples) {
        const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'examples', name)], {
          encoding: 'utf8',
        });
        assert.deepEqual([status, stdout], [1, '']);
        assert.match(stderr, /^premier n’est pas encore construit ; .* premier is not built yet; .*\n$/);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('what npm runs looks at the version before a line that an old Node.js can’t read', () => {
    const { scripts } = JSON.parse(readFileSync(examplePath('../package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const own = Object.values(scripts).filter((script) => /^(?:exec )?node .*\.mjs$/.test(script));
    const looking = own.filter((script) => script.startsWith('node -r ./scripts/node-version.cjs '));
    assert.deepEqual(
      own.filter((script) => !looking.includes(script)),
      ['exec node scripts/start.mjs'],
    );
    assert.ok(looking.length > 5);
  });

  const pretend = (version: string) =>
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;

  for (const [index, version] of ['18.20.8', '20.18.3', '16.0.0'].entries()) {
    test(`on Node.js ${version}, the package says so in a sentence`, () => {
      const files = ['index', 'https', 'register', 'documents', 'operation', 'inspector'].map((face) =>
        examplePath(`../dist/${face}.cjs`),
      );
      const program = `${pretend(version)}
        for (const file of ${JSON.stringify(files)}) try { require(file); } catch (error) { console.log(String(error)); }`;
      const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
      const said = stdout.trimEnd().split('\n');
      assert.equal(said.length, files.length, stdout);
      for (const line of said)
        assert.match(line, /^Error: premier needs Node\.js 20\.19 or newer; this is v/);
    });

    test(`on Node.js ${version}, and so do npm start and the command`, () => {
      // All examples look at it in one place.
      const tried = index === 0 ? examples : examples.slice(0, 1);
      const programs = [
        ...tried.map(examplePath),
        ...['scripts/start.mjs', 'scripts/test.mjs', 'dist/cli/main.js'].map((file) =>
          examplePath(`../${file}`),
        ),
      ];
      const preloaded = `data:text/javascript,${encodeURIComponent(pretend(version))}`;
      for (const program of programs) {
        const args = ['--import', preloaded, program];
        const { status, stdout, stderr } = spawnSync(process.execPath, args, {
          encoding: 'utf8',
          env: { ...process.env, LC_ALL: program.includes('start') ? 'fr_FR.UTF-8' : 'C' },
        });
        assert.deepEqual([status, stdout], [1, ''], program);
        assert.match(stderr, /^premier (needs|demande) Node\.js 20\.19 .* https:\/\/nodejs\.org\/\n$/);
      }
    });
  }
});
