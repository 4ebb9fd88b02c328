// Runs a program as it stands, no step left out, on one http module.
// In: a program. Out: what the laws of laws.ts are held against: bytes, states, exceptions that nobody caught, and what of
// each response the program wrote. Nothing is compared step by step, so nothing has to be comparable.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import process from 'node:process';
import type { Http } from '../../subjects.js';
import { answersBystander, Bystander } from './bystander.js';
import { Client } from './client.js';
import { type FreeExchange, FreeProgram } from './free-program.js';
import type { Program } from './program.js';
import { Rest } from './rest.js';
import { makeServer } from './run.js';
import { Trace } from './trace.js';

export interface FreeObservation {
  exchanges: FreeExchange[];
  /** What the client had got when everything had come to rest after its script. */
  early: string;
  /** All that it got. */
  wire: string;
  /** How the connection stood when everything had come to rest. */
  atRest: Trace['state'];
  /** The requests whose response had been ended by then, as far as `end` was called. */
  endedAtRest: ReadonlySet<number>;
  /** How it stood after the client had ended. */
  atEnd: Trace['state'];
  uncaught: string[];
  /** What was done that may end the connection, by the client or the program. */
  ends: string[];
  /** Bytes of the request that the program was given. */
  heard: string;
  restless: boolean;
  /** The client sent whole requests only. */
  sentWhole: boolean;
  /** The program wrote to the socket, or took it out of HTTP's hands, so that what comes isn't premier's to answer for. */
  isForeign: boolean;
  /** The program corked a response that it had ended, by which node:http holds back all others, or their socket itself. */
  isHeldLate: boolean;
  /** The server has closed once its last connection was gone. */
  hasClosed: boolean;
  /** What is wrong with what a client on another connection has got. */
  besides: string | null;
}

export async function runFreely(module: Http, program: Program): Promise<FreeObservation> {
  const trace = new Trace();
  const rest = new Rest(trace);
  const server = makeServer(module, program);
  const run = new FreeProgram(program, server, trace, rest);
  const handle = (req: IncomingMessage, res: ServerResponse) => {
    if (!answersBystander(req, res)) run.begin(req, res, req.socket);
  };
  let hasClosed = false;
  // Before any other listener: one that throws keeps those after it from hearing.
  server.on('close', () => {
    hasClosed = true;
    trace.activity++;
  });
  server.on('request', handle);
  for (const event of program.listeners) {
    if (event === 'checkContinue' || event === 'checkExpectation') server.on(event, handle);
    else if (event === 'upgrade' || event === 'connect')
      server.on(event, (req: IncomingMessage, socket: Socket) => run.begin(req, undefined, socket));
    else if (event === 'clientError') server.on(event, (_, socket) => socket.destroy());
    else server.on(event, () => {});
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const bystander = new Bystander(port, trace);
  await bystander.connected();
  const client = new Client(port, trace);
  run.client = client;
  await client.connected();
  const uncaught: string[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(trace.show(error)));
  const states: Trace['state'][] = [];
  const received = () => trace.sections.map(({ wire }) => wire).join('');
  let early = '';
  let endedAtRest = new Set<number>();
  let besides: string | null = null;
  try {
    for (const action of program.client) {
      if (action === 'quiet') await rest.ofAll();
      else {
        // Without that, the kernel waits with each answer for the other side's word.
        if (program.options.noDelay !== false) bystander.say();
        client.act(action);
      }
    }
    bystander.finish();
    client.act('resume');
    await rest.ofAll();
    for (const error of run.uncork()) uncaught.push(trace.show(error));
    // A handler may have stopped it meanwhile, and one of which the request is read only now may do so again.
    for (const _ of ['before', 'now']) {
      client.act('resume');
      await rest.ofAll();
    }
    states.push(trace.state);
    early = received();
    endedAtRest = new Set(run.exchanges.filter(({ hasEnded }) => hasEnded).map(({ number }) => number));
    client.act('end');
    await rest.ofAll();
    states.push(trace.state);
    besides = bystander.fault;
  } finally {
    bystander.destroy();
    client.destroy();
    await rest.ofAll();
    server.close();
    server.closeAllConnections();
    await rest.ofAll();
    // What has left HTTP is nobody's to close but the program's.
    for (const { socket } of run.exchanges) socket.destroy();
    await rest.ofAll();
    process.setUncaughtExceptionCaptureCallback(null);
  }
  const { exchanges, heard, isForeign, isHeldLate, ends } = run;
  const [atRest = 'open', atEnd = 'open'] = states;
  const { restless } = rest;
  const { hasSentWhole: sentWhole } = client;
  return {
    exchanges,
    early,
    wire: received(),
    atRest,
    endedAtRest,
    atEnd,
    uncaught,
    ends,
    heard,
    restless,
    isForeign,
    isHeldLate,
    sentWhole,
    hasClosed,
    besides,
  };
}
