// Runs one program on node:http and on premier, asks both the same, and insists that they answer alike.
// In: the name of a program of test/apps/programs. Out: the answer they agree on, for the test to look at.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Answer, type Asked, Client } from './exchange.js';
import { type Options, Program, servers } from './program.js';

interface Running {
  program: Program;
  origin: string;
  client: Client;
}

/** Milliseconds after which work that waits for an event is taken to wait for ever. */
const patience = 20_000;

/** Rejects when the work hangs. */
async function within<T>(work: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = setTimeout(patience, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`not done after ${patience} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    giveUp.abort();
    late.catch(() => {});
  }
}

/** Calls `work` once for each server and checks that the results are deeply equal. */
async function alike<T, On>(subjects: On[], work: (subject: On) => Promise<T>): Promise<T> {
  const results: T[] = [];
  for (const subject of subjects) results.push(await within(work(subject)));
  const [oracle, ...others] = results;
  for (const other of others) assert.deepEqual(other, oracle, 'premier answers as node:http does');
  return oracle as T;
}

export interface Both {
  /** The same request to both; the answer on which they agree. */
  exchange(path: string, asked?: Asked): Promise<Answer>;
  /** The same request to both; the code of the error with which both answers break off. */
  failure(path: string): Promise<string>;
  /** The same work with the origin of each (`http://127.0.0.1:PORT`); the result on which they agree. */
  each<T>(work: (origin: string, program: Program) => Promise<T>): Promise<T>;
}

/** Resolves when a program has done what it had put off when this began: it has had two connections in turn since. */
async function caughtUp(origin: string): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const socket = net.connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => {});
    // No request, so that no listener of the program hears of it.
    socket.end('\r\n').resume();
    await new Promise((resolve) => socket.on('close', resolve));
  }
}

/** What a program logged, line by line; what two requests log at the same time may come in either order. */
function logged(program: Program): string {
  return withoutIds(program.stderr).split('\n').sort().join('\n');
}

/**
 * Starts the program on both servers before the tests of this suite, and stops it after them.
 * The program may write nothing on premier that it does not write on node:http.
 */
export function onBoth(file: string, options: Options & { ca?: string } = {}): Both {
  let both: Running[] = [];
  const programs: Program[] = [];
  before(async () => {
    programs.push(...servers.map((server) => new Program(server, file, options)));
    both = await Promise.all(
      programs.map(async (program) => {
        const port = await program.firstLine();
        const origin = options.ca ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
        return { program, origin, client: new Client(origin, options.ca) };
      }),
    );
  });
  after(async () => {
    for (const { client } of both) client.close();
    // A program may log an error after it has answered, and what it logged may still be on its way here.
    await Promise.all(both.map(({ origin }) => caughtUp(origin)));
    const [oracle, premier] = programs as [Program, Program];
    for (let turn = 0; turn < 500 && logged(premier) !== logged(oracle); turn++) {
      await setTimeout(20);
    }
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    assert.equal(logged(premier), logged(oracle), 'premier adds nothing to stderr');
  });
  return {
    exchange: (path, asked) => alike(both, ({ client }) => client.exchange(path, asked)),
    failure: (path) =>
      alike(both, async ({ client, program }) => {
        const answer = await client.exchange(path).catch((error) => error.code ?? error);
        assert.equal(typeof answer, 'string', `${path} breaks off on ${program.server}`);
        return answer;
      }),
    each: (work) => alike(both, ({ origin, program }) => work(origin, program)),
  };
}

/** The same work with a program of its own on each server, killed afterwards; the result on which they agree. */
export function startOnEach<T>(
  file: string,
  work: (origin: string, program: Program) => Promise<T>,
  options?: Options,
): Promise<T> {
  return alike([...servers], async (server) => {
    const program = new Program(server, file, options);
    try {
      return await work(`http://127.0.0.1:${await program.firstLine()}`, program);
    } finally {
      await program.end('SIGKILL');
    }
  });
}

/** What is written without what may differ: process ids, ports, and the calls under an error. */
const withoutIds = (text = '') =>
  text
    .replace(/\(node:\d+\)/g, '(node)')
    .replace(/:\d{4,5}\b/g, ':PORT')
    .replace(/^ +at .*\n?/gm, '');

/** Runs a program to its end on both servers; resolves with the JSON that they both print. */
export function runOnBoth<T = Record<string, unknown>>(file: string, options?: Options): Promise<T> {
  return alike([...servers], async (server) => {
    const program = new Program(server, file, options);
    try {
      const { code, stdout, stderr } = await within(program.end());
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, `${file} on ${server}`);
      return JSON.parse(stdout);
    } finally {
      await program.end('SIGKILL');
    }
  });
}
