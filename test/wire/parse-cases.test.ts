// The tables of the request parser, over sockets: what it accepts reaches the program as it was sent, what it refuses
// is answered with the refusal's status and sentence, and the connection ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParserOptions } from '../../dist/http1/request-parser.js';
import { REFUSALS } from '../../dist/http1/wire-error.js';
import { refusesManyFields } from '../../dist/node/line-habits.js';
import { type Accepted, accepted } from '../http1/cases/accepted.js';
import { type Refused, refusals } from '../http1/cases/refused.js';
import { bytesOf, type ReadRequest, readWhole } from '../http1/reading.js';
import type { RawClient } from '../server/raw-client.js';
import type { Echo } from './echo.js';
import { checkOpen, checkResponse, premiers, type Serving, sendByBytes, serve } from './serving.js';

/** Fields beyond the bound are refused on some Node lines, dropped or kept on the others. */
const isOfThisLine = ({ options, refusal }: { options?: ParserOptions; refusal?: string }) =>
  refusal === 'tooManyFields'
    ? refusesManyFields()
    : options?.fieldsBeyond === undefined || !refusesManyFields();

/** Beyond this many bytes a case is sent whole only. */
const BYTE_BY_BYTE_MOST = 300;

async function serveWith(subject: (typeof premiers)[number], options: ParserOptions = {}): Promise<Serving> {
  const serving = await serve(subject, {
    maxHeaderSize: options.maxHeadBytes,
    httpValidation: options.validation,
  });
  if (options.maxFields !== undefined) serving.server.maxHeadersCount = options.maxFields;
  return serving;
}

async function checkAnswer(client: RawClient, request: ReadRequest): Promise<void> {
  const response = await client.response(request.method);
  checkResponse(response);
  assert.equal(response.status, 200);
  assert.equal(response.field('connection')?.includes('close') ?? false, !request.keepAlive);
  if (request.method === 'HEAD') return;
  const echo: Echo = JSON.parse(response.body);
  assert.equal(echo.method, request.method);
  assert.equal(echo.url, request.target);
  assert.equal(echo.httpVersion, `1.${request.minorVersion}`);
  assert.deepEqual(echo.rawHeaders, request.fields);
  assert.equal(echo.body, request.body);
  assert.deepEqual(echo.rawTrailers, request.trailers);
}

async function checkAccepted(client: RawClient, requests: ReadRequest[]): Promise<void> {
  for (const request of requests) await checkAnswer(client, request);
  if (requests.at(-1)?.keepAlive === false) await client.nothingMore();
  else await checkOpen(client);
}

async function checkRefused(client: RawClient, { refusal, bytes, options }: Refused): Promise<void> {
  const { requests } = readWhole(bytesOf(bytes), options);
  for (const request of requests) if (request.trailers !== null) await checkAnswer(client, request);
  const response = await client.response();
  checkResponse(response);
  const { status, reason } = REFUSALS[refusal];
  assert.equal(response.status, status);
  assert.equal(response.field('connection'), 'close');
  assert.ok(response.body.includes(reason), response.body);
  await client.nothingMore();
}

/** Sends the bytes whole and then byte by byte, each on a connection of its own. */
async function eachWay(
  serving: Serving,
  bytes: string,
  check: (client: RawClient) => Promise<void>,
): Promise<void> {
  await check(serving.connect().send(bytes));
  if (bytes.length > BYTE_BY_BYTE_MOST) return;
  const client = serving.connect();
  await Promise.all([sendByBytes(client, bytes), check(client)]);
}

const answered = (accept: Accepted) => {
  const { requests, idle, stopped } = readWhole(bytesOf(accept.bytes), accept.options);
  return requests.length > 0 && (idle || stopped) && !requests.some(({ upgrade }) => upgrade);
};

for (const subject of premiers) {
  test(`accepted requests are answered as they were sent (${subject.name})`, async (context) => {
    for (const accept of accepted.filter(answered).filter(isOfThisLine)) {
      await context.test(accept.says, async () => {
        const serving = await serveWith(subject, accept.options);
        try {
          const { requests } = readWhole(bytesOf(accept.bytes), accept.options);
          await eachWay(serving, accept.bytes, (client) => checkAccepted(client, requests));
        } finally {
          await serving.close();
        }
      });
    }
  });

  test(`refused requests are answered with why, and the connection ends (${subject.name})`, async (context) => {
    for (const refuse of refusals.filter(isOfThisLine)) {
      await context.test(`${refuse.says} (${refuse.refusal})`, async () => {
        const serving = await serveWith(subject, refuse.options);
        try {
          await eachWay(serving, refuse.bytes, (client) => checkRefused(client, refuse));
        } finally {
          await serving.close();
        }
      });
    }
  });
}
