// The wire cases: sent as they are, and byte by byte where they are short; plain and over TLS.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawClient, RawResponse } from '../server/raw-client.js';
import { turns } from '../subjects.js';
import { bodies } from './cases/bodies.js';
import type { Answer, Step, WireCase } from './cases/case.js';
import { connection } from './cases/connection.js';
import { expectationAndUpgrade } from './cases/expectation.js';
import { responses } from './cases/responses.js';
import { checkOpen, checkResponse, premiers, type Serving, sendByBytes, serve } from './serving.js';

const cases: WireCase[] = [...connection, ...bodies, ...expectationAndUpgrade, ...responses];
const BYTE_BY_BYTE_MOST = 600;

/** Does one step; the answers that it waits for are checked by `read`. */
async function perform(
  client: RawClient,
  step: Step,
  byBytes: boolean,
  read: (count: number) => Promise<void>,
): Promise<void> {
  if (step === 'wait') await turns(20);
  else if (step === 'finish') client.finish();
  else if (typeof step === 'string') {
    if (byBytes) await sendByBytes(client, step);
    else client.send(step);
  } else if ('answers' in step) await read(step.answers);
  else await client.sees(`HTTP/1.1 ${step.interim} `);
}

function checkAnswer(response: RawResponse, answer: Answer): void {
  checkResponse(response);
  assert.equal(response.status, answer.status);
  assert.deepEqual(
    response.interim.map(({ status }) => status),
    answer.interim ?? [],
  );
  if (answer.framing) assert.equal(response.framing, answer.framing);
  if (answer.body !== undefined) assert.ok(response.body === answer.body, `body of ${response.body.length}`);
  if (answer.trailers) assert.deepEqual(response.trailers, answer.trailers);
  for (const [name, value] of Object.entries(answer.fields ?? {})) {
    assert.equal(response.field(name)?.toLowerCase() ?? null, value?.toLowerCase() ?? null, name);
  }
  if (answer.echo && answer.method !== 'HEAD') {
    const echo = JSON.parse(response.body);
    for (const [key, value] of Object.entries(answer.echo)) assert.deepEqual(echo[key], value, key);
  }
}

async function run(serving: Serving, wireCase: WireCase, byBytes: boolean): Promise<void> {
  const client = serving.connect();
  const expected = [...wireCase.answers];
  const read = async (count: number) => {
    while (wireCase.answers.length - expected.length < count) {
      const answer = expected.shift() as Answer;
      checkAnswer(await client.response(answer.method), answer);
    }
  };
  for (const step of wireCase.send) await perform(client, step, byBytes, read);
  await read(wireCase.answers.length);
  if (wireCase.connection === 'open') await checkOpen(client);
  else if (wireCase.connection === 'closed') await client.nothingMore();
  else await checkSilent(client);
}

/** Nothing has come: not even what the server had to say before the bytes that follow now. */
async function checkSilent(client: RawClient): Promise<void> {
  assert.equal(client.pending, '');
  assert.equal(client.ended, false);
  client.finish();
  assert.equal((await client.response()).status, 400);
  await client.nothingMore();
}

for (const subject of premiers) {
  test(`wire cases (${subject.name})`, async (context) => {
    const serving = await serve(subject);
    context.after(() => serving.close());
    for (const wireCase of cases) {
      const length = wireCase.send.join('').length;
      await context.test(wireCase.says, async () => {
        await run(serving, wireCase, false);
        if (length <= BYTE_BY_BYTE_MOST) await run(serving, wireCase, true);
      });
    }
  });
}
