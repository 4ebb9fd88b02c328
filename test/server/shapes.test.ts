// What keeps the engine quick and is not seen in what it does. All sockets, requests and responses of a server have one
// shape for V8: where each has another, whatever looks at them is slow, on every request. (Shapes can be asked for under
// a flag of V8's only.) And a private getter is a call into V8's runtime each time.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { behaviour, get, type Request, type Response } from '../subjects.js';

v8.setFlagsFromString('--allow-natives-syntax');
const haveOneShape = vm.runInThisContext('(a, b) => %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

interface Exchange {
  readonly req: Request;
  readonly res: Response;
}

const programs: Record<string, (exchange: Exchange) => void> = {
  'that answers': ({ res }) => res.end('hello'),
  'that puts properties on them': ({ req, res }) => {
    Object.assign(req, { user: 1 });
    Object.assign(res, { view: 2 });
    Object.assign(req.socket, { seen: 3 });
    res.end('hello');
  },
  'that writes to them and listens': ({ req, res }) => {
    req.socket.setTimeout(60_000);
    res.on('finish', () => {});
    res.write('hel');
    res.end('lo');
  },
};

for (const [which, program] of Object.entries(programs)) {
  behaviour(
    `sockets, requests and responses have one shape each in a program ${which}`,
    async ({ serve }) => {
      const exchanges: Exchange[] = [];
      const { ask } = await serve((req, res) => {
        exchanges.push({ req, res });
        program({ req, res });
      });
      // The first few may differ, while the engine learns which there are.
      for (let i = 0; i < 8; i++) await ask(get());
      const [one, other] = exchanges.slice(-2) as [Exchange, Exchange];
      assert.ok(haveOneShape(one.req.socket, other.req.socket), 'sockets');
      assert.ok(haveOneShape(one.req, other.req), 'requests');
      assert.ok(haveOneShape(one.res, other.res), 'responses');
    },
  );
}

const source = new URL('../../src/', import.meta.url);

/** The files of a folder of src/, as paths. */
const filesOf = (folder: string) =>
  readdirSync(new URL(folder, source), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`);

test('nothing that a request passes through has a private getter or setter', () => {
  const files = ['http', 'http1', 'http2', 'node', 'message', 'transport', 'server'].flatMap(filesOf);
  assert.ok(files.length > 100);
  const isGuilty = (file: string) =>
    /^ +(?:static )?[gs]et #/m.test(readFileSync(new URL(file, source), 'utf8'));
  assert.deepEqual(files.filter(isGuilty), []);
});
