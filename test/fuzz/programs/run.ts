// Runs a program on one http module, with a server and a client of its own.
// In: a program. Out: what was observed. Leaves nothing: the server and both sockets are gone when it returns.
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import process from 'node:process';
import type { Http } from '../../subjects.js';
import { Client } from './client.js';
import { Interpreter } from './interpreter.js';
import type { Program, Value } from './program.js';
import { Rest } from './rest.js';
import { type Observation, Trace } from './trace.js';

/** Properties of the server that are no options. */
const properties = new Set(['maxRequestsPerSocket', 'maxHeadersCount', 'timeout', 'httpAllowHalfOpen']);

/** The value of an option; of one that is a function, what it returns. */
function optionOf(name: string, value: Value): unknown {
  return name === 'shouldUpgradeCallback' ? () => value : plain(value);
}

function plain(value: Value): unknown {
  return typeof value === 'object' && value !== null && 'undefined' in value ? undefined : value;
}

/** A server with the options of a program. */
export function makeServer(http: Http, program: Program): Server {
  const entries = Object.entries(program.options).map(([key, value]) => [key, optionOf(key, value)] as const);
  const server = http.createServer(Object.fromEntries(entries.filter(([key]) => !properties.has(key))));
  for (const [key, value] of entries) if (properties.has(key)) Reflect.set(server, key, value);
  return server;
}

/** What is made anew for each connection. */
interface Round {
  interpreter: Interpreter;
}

/** Listens for the events of the server that a handler takes, and notes the others. */
function listen(server: Server, program: Program, round: Round, trace: Trace): void {
  const handle = (req: IncomingMessage, res: ServerResponse) => round.interpreter.begin(req, res, req.socket);
  server.on('request', handle);
  for (const event of program.listeners) {
    if (event === 'checkContinue' || event === 'checkExpectation') {
      server.on(event, (req: IncomingMessage, res: ServerResponse) => {
        if (!round.interpreter.isOver) trace.event('server', event);
        handle(req, res);
      });
    } else if (event === 'upgrade' || event === 'connect') {
      server.on(event, (req: IncomingMessage, socket: Socket, head: Buffer) => {
        if (!round.interpreter.isOver) trace.event('server', `${event} ${head.toString('latin1')}`);
        round.interpreter.begin(req, undefined, socket);
      });
    } else {
      (server as EventEmitter).on(event, (first: unknown) => {
        if (event !== 'dropRequest' || !round.interpreter.isOver)
          trace.event('server', `${event} ${trace.show(first)}`);
      });
    }
  }
}

/** What the client does after its script: it leaves, so that the end of the connection is seen as well. */
async function leave(client: Client, interpreter: Interpreter, rest: Rest): Promise<void> {
  interpreter.uncork();
  interpreter.act('resume');
  await rest.ofAll();
  interpreter.act('end');
  await rest.ofAll();
  client.destroy();
  await rest.ofAll();
}

/** The client does what its script says on a connection of its own. */
async function connectAndGo(
  server: Server,
  program: Program,
  interpreter: Interpreter,
  trace: Trace,
  rest: Rest,
) {
  trace.state = 'open';
  const client = new Client((server.address() as AddressInfo).port, trace);
  interpreter.client = client;
  try {
    await client.connected();
    for (const action of program.client) {
      if (action === 'quiet') await rest.ofAll();
      else interpreter.act(action);
    }
    await rest.ofAll();
    await leave(client, interpreter, rest);
  } finally {
    client.destroy();
  }
}

export async function run(http: Http, program: Program): Promise<Observation> {
  const trace = new Trace();
  const rest = new Rest(trace);
  const server = makeServer(http, program);
  const newRound = () => new Interpreter(program, trace, rest, server);
  const round: Round = { interpreter: newRound() };
  listen(server, program, round, trace);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.setUncaughtExceptionCaptureCallback((error) =>
    trace.event('process', `uncaught ${trace.show(error)}`),
  );
  try {
    for (let rounds = program.rounds ?? 1; rounds > 0; rounds--) {
      await connectAndGo(server, program, round.interpreter, trace, rest);
      round.interpreter = newRound();
    }
  } finally {
    server.closeAllConnections();
    server.close();
    await rest.ofAll();
    process.setUncaughtExceptionCaptureCallback(null);
  }
  return { sections: trace.sections, restless: rest.restless };
}
