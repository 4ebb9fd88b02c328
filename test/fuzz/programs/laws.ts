// What holds for every program, whatever it does: what leaves was written, in order and in a framing that is true; nothing
// hangs that doesn't on node:http; no exception ends the process that wouldn't there. No row of docs/compatibility.md
// departs from these.
// In: a program. Out: which of these it breaks on premier.
import nodeHttp from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import premier from 'premier';
import { type Http, node } from '../../subjects.js';
import { asJavaScript } from './as-javascript.js';
import { MARK } from './bystander.js';
import { POISON } from './comparison.js';
import { ANSWERS, type FreeExchange, WAITED_FOR } from './free-program.js';
import { type FreeObservation, runFreely } from './free-run.js';
import { pushRow } from './left-out-steps.js';
import { isRefusal } from './listed-notes.js';
import type { Program } from './program.js';
import {
  announcesForPiped,
  delays,
  endsPiped,
  isSmall,
  methodsOf,
  pipesDestroyed,
  pushesInTick,
  setsReasonOfPiped,
  throwsAtDrain,
} from './program-facts.js';
import { endsEmpty, isFaulty } from './random-program.js';
import { shrink } from './shrinking.js';
import { readResponses, type WireResponse } from './wire-responses.js';

const poison = String.fromCharCode(POISON);

const textOf = ({ client }: Program): string =>
  client.map((action) => (typeof action === 'object' ? action.send : '')).join('');

/** What says that a request is the last of its connection. */
const saysLast =
  /(?<![A-Z-])[A-Z-]+ \S+ HTTP\/1\.0\r\n(?!(?:.+\r\n)*Connection: keep-alive)|Connection: close/;

/** Whether a request that isn't the last one says that it is: what comes after it is read by one server only. */
function goesOnAfterLast(program: Program): boolean {
  const text = textOf(program);
  const last = saysLast.exec(text);
  return last !== null && text.includes(' HTTP/', last.index + last[0].length);
}

/** What is wrong with one response, held against what the program wrote. */
function* wrongWith(response: WireResponse, position: number, exchanges: readonly FreeExchange[]) {
  const answered = response.fields.get(ANSWERS);
  if (answered !== undefined && Number(answered) !== position) {
    yield `the response to request ${answered} stands in the place of that to ${position}`;
  }
  const exchange = exchanges.find(({ number }) => number === position);
  if (exchange === undefined || exchange.written === null || !exchange.res?.headersSent) return;
  // A refusal stands in the place of an answer that hadn't begun.
  const { status, body, by, isWhole } = response;
  if (status >= 400 && (status !== exchange.res.statusCode || isRefusal(body))) return;
  if (exchanges.length > 1 && answered === undefined) return;
  const written = Buffer.concat(exchange.written).toString('latin1');
  if (!written.startsWith(body)) yield `the body of response ${position} isn't what was written`;
  if (by === 'chunks' && isWhole && exchange.hasEnded && body !== written) {
    yield `response ${position} ends before what was written does`;
  }
}

function* wrongOnTheWire(seen: FreeObservation, program: Program): Generator<string> {
  if (seen.wire.includes(poison)) yield 'memory that nobody has written to was sent';
  if (seen.heard.includes(poison)) yield 'memory that nobody has written to was read';
  if ((seen.wire + seen.heard).includes(MARK)) yield 'what another client sent is seen';
  if (seen.besides !== null) yield `another client gets ${seen.besides}`;
  if (seen.isForeign) return;
  const { responses, fault } = readResponses(seen.wire, methodsOf(program), seen.atEnd !== 'open');
  if (fault !== null) yield `on the wire, ${fault}`;
  for (const [position, response] of responses.entries())
    yield* wrongWith(response, position, seen.exchanges);
}

/** How many responses were whole before the client ended. */
function answersIn({ early, atRest }: FreeObservation, program: Program): number {
  const { responses } = readResponses(early, methodsOf(program), atRest !== 'open');
  return responses.filter(({ isWhole }) => isWhole).length;
}

/** Whether a response that ended on node:http hasn't, since a list of it is no field any more: it is checked again. */
function refusesList(seen: FreeObservation, there: FreeObservation, program: Program): boolean {
  const hasEnded = ({ exchanges }: FreeObservation, number: number) =>
    exchanges[number]?.res?.writableEnded === true;
  return (
    makesListRefused(program) &&
    seen.exchanges.some((_, number) => hasEnded(there, number) && !hasEnded(seen, number))
  );
}

/** What is still under way on premier, though it isn't on node:http where the same was done to end it. */
function* hangsAlone(seen: FreeObservation, there: FreeObservation, program: Program): Generator<string> {
  if (seen.restless && !there.restless) yield 'it goes on for ever';
  if (!seen.hasClosed && there.hasClosed) yield 'the server does not close';
  // A response that is destroyed before its turn hangs before Node 24, or takes the connection along.
  const isDestroyedEarly =
    node < 24 && seen.exchanges.length > 1 && seen.exchanges.some(({ isDestroyed }) => isDestroyed);
  // The rows of docs/compatibility.md of what waits for the answers before it, and of Connection.
  const isDeparture =
    isFaulty(textOf(program)) ||
    // No further request is read while answers wait: nor is it known yet that there is none.
    (program.handlers.length > 1 && isSmall(program.options.highWaterMark) && endsEmpty(textOf(program))) ||
    // Node cuts a connection on which an answer leaves, with the requests that wait after it.
    seen.ends.some((end) => end.endsWith(WAITED_FOR)) ||
    // Whether that comes before the end of the body is one of what a segment holds.
    pushesInTick(program) ||
    // Whether what a pipe writes after the end fails, and cuts the connection, is a matter of when 'finish' comes.
    (program.handlers.length > 1 && endsPiped(program)) ||
    (program.handlers.length > 1 && /CONNECT|Upgrade: websocket/.test(textOf(program))) ||
    // What is no chunk destroys a request, or one that is over already: `small print of streams`.
    /"on":"req","call":"unshift"/.test(JSON.stringify(program.handlers)) ||
    /"(?:x-close|detachSocket)"|"on":"server","call":"close"/.test(JSON.stringify(program.handlers));
  const isSame =
    seen.sentWhole &&
    !isDeparture &&
    !goesOnAfterLast(program) &&
    !isDestroyedEarly &&
    // What nobody catches takes the rest of the segment along on node:http, or the next request is refused: a row as well.
    there.uncaught.length === 0 &&
    !there.isHeldLate &&
    !refusesList(seen, there, program) &&
    seen.exchanges.length === there.exchanges.length &&
    isDeepStrictEqual([...seen.ends].sort(), [...there.ends].sort());
  if (isSame && seen.atRest === 'open' && there.atRest !== 'open')
    yield `the connection stays open, and on node:http is ${there.atRest}`;
  if (isSame && seen.atEnd === 'open' && there.atEnd !== 'open')
    yield `the connection stays open after its client has ended, and on node:http is ${there.atEnd}`;
  // Without `noDelay` the kernel waits for the client's word, which takes longer than a rest.
  if (seen.isForeign || seen.atRest !== 'open' || delays(program)) return;
  // What a socket's 'drain' throws keeps it from telling what else has left, on node:http as well.
  if (throwsAtDrain(program) && seen.uncaught.includes('Error: thrown')) return;
  const answered = answersIn(seen, program);
  // Where one has no body, or one of a length, its client has all of it before it has ended.
  const isTurn = seen.exchanges.slice(0, answered).every(({ res }) => res?.writableEnded);
  if (!isTurn) return;
  // All before it were answered, and it has ended.
  if (seen.endedAtRest.has(answered) && seen.exchanges.every(({ isDestroyed }) => !isDestroyed))
    yield `response ${answered} has ended and doesn't come; on node:http ${answersIn(there, program)} do`;
}

const once = [
  'res close',
  'res finish',
  'res prefinish',
  'req end',
  'req close',
  'req aborted',
  'socket close',
];

/** Last events that come twice, or not at all though they do on node:http. */
function* wrongEvents(
  seen: FreeObservation,
  there: FreeObservation,
  { handlers, watched }: Program,
): Generator<string> {
  // A listener that throws keeps those after it from hearing; one that was detached has nobody to tell it, nor one of which
  // the program removes those who listen.
  if (/"throw"|"(?:detachSocket|removeAllListeners|emit)"/.test(JSON.stringify(handlers))) return;
  for (const [number, { events, res, socket }] of seen.exchanges.entries()) {
    const other = there.exchanges[number]?.events;
    for (const event of once)
      if ((events.get(event) ?? 0) > 1)
        yield `'${event}' of exchange ${number} comes ${events.get(event)} times`;
    if (other?.has('socket close') && !events.has('socket close'))
      yield `'socket close' of exchange ${number} doesn't come`;
    if (res !== undefined && socket.closed && watched.includes('res close') && !events.has('res close'))
      yield `'close' of response ${number} never comes`;
  }
}

/** Whether a handler adds a value to a list that makes it no field any more. */
function makesListRefused({ handlers }: Program): boolean {
  const pushed = JSON.stringify(handlers).matchAll(/"push":"\w+","value":("(?:[^"\\]|\\.)*")/g);
  return [...pushed].some(([, value]) => pushRow(JSON.parse(`${value}`)) !== undefined);
}

/** Without the number that a length is taken for which is none: `strictContentLength` and a Content-Length with a sign. */
function withoutAnnounced(error: string): string {
  return error.replace(/the content-length of (?:NaN|-?[\d.e+]+) byte\(s\) set/, 'the content-length set');
}

/** Exceptions that nobody caught on premier, and that nobody caught on node:http either. */
function* uncaughtAlone(seen: FreeObservation, there: FreeObservation, program: Program): Generator<string> {
  // What else was asked for, or in another order, throws what it throws; so does what goes on while a refusal waits.
  if (goesOnAfterLast(program) || isFaulty(textOf(program)) || !seen.sentWhole) return;
  if (seen.exchanges.length > there.exchanges.length) return;
  const known = new Set(there.uncaught.map(withoutAnnounced));
  // What the program throws in a listener is its own, and so is the error of a socket that has left HTTP.
  const isOwn = (error: string) =>
    error === 'Error: thrown' || (seen.isForeign && /ECONNRESET|EPIPE/.test(error));
  // A list that changes after it was set is checked again.
  const isOfList = (error: string) => error.includes('ERR_INVALID_CHAR') && makesListRefused(program);
  // Whether a pipe has ended the response by then: `what one segment holds`.
  const isOfTrailer = (error: string) =>
    error.includes('ERR_HTTP_TRAILER_INVALID') && announcesForPiped(program);
  // Whether another handler has set another one by then, or the rest of the segment was refused, the same.
  const isOfReason = (error: string) =>
    /ERR_INVALID_CHAR.* in statusMessage/.test(error) && setsReasonOfPiped(program);
  // Whether all of a request has come when it is destroyed, so that it ends what it is piped into: the same.
  const isOfDestroyed = (error: string) =>
    /ERR_INVALID_CHAR.* in statusMessage|ERR_HTTP_INVALID_STATUS_CODE|ERR_HTTP_TRAILER_INVALID/.test(error) &&
    pipesDestroyed(program);
  // `strictContentLength` and a Content-Length that is no number of digits.
  const isOfNoLength = (error: string) =>
    error.includes('ERR_HTTP_CONTENT_LENGTH_MISMATCH') && error.includes('content-length of -1 byte');
  const isListed = [isOwn, isOfList, isOfTrailer, isOfReason, isOfDestroyed, isOfNoLength];
  for (const error of seen.uncaught)
    if (!known.has(withoutAnnounced(error)) && !isListed.some((is) => is(error)))
      yield `nobody catches ${error}`;
}

/** The same with waits that end when all that a segment holds has come, on either server. */
function inTurns(program: Program): Program {
  return JSON.parse(JSON.stringify(program).replaceAll(/"wait":"(?:tick|microtask)"/g, '"wait":"immediate"'));
}

/** What is held against node:http: which of two things comes first within a segment decides some of it. */
function wrongBeside(seen: FreeObservation, there: FreeObservation, program: Program): string[] {
  return [
    ...hangsAlone(seen, there, program),
    ...wrongEvents(seen, there, program),
    ...uncaughtAlone(seen, there, program),
  ];
}

/** The laws that a program breaks on premier, each in a sentence. */
export async function brokenLaws(program: Program): Promise<string[]> {
  const seen = await runFreely(premier as unknown as Http, program);
  const there = await runFreely(nodeHttp, program);
  const wrong = [...wrongOnTheWire(seen, program)];
  if (wrongBeside(seen, there, program).length === 0) return wrong;
  const turns = inTurns(program);
  const [again, thereAgain] = [
    await runFreely(premier as unknown as Http, turns),
    await runFreely(nodeHttp, turns),
  ];
  return [...wrong, ...wrongBeside(again, thereAgain, turns)];
}

const kindOf = ([first = '']: readonly string[]): string => first.replace(/\d+/g, '#');

/** The smallest program that breaks the law that this one does, as JavaScript, with the laws. */
export async function explainBroken(program: Program): Promise<string> {
  const wanted = kindOf(await brokenLaws(program));
  const smallest = await shrink(program, async (smaller) => kindOf(await brokenLaws(smaller)) === wanted);
  return [asJavaScript(smallest), ...(await brokenLaws(smallest))].join('\n');
}
