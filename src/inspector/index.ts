/**
 * A live page that shows what servers of premier and their clients say to each other. In: a server, or all that are made
 * from now on. Out: an address with a token in it, and a way to end. The page has a port of its own: nothing is added to
 * what the server itself answers.
 */
import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import { createServer } from '../index.js';
import { keepFromObservers, observe, observeServers } from '../observe.js';
import { listenFor } from './listen.js';
import { type InspectorOptions, type Settings, settingsFrom } from './options.js';
import { Recorder } from './recorder.js';
import { Service } from './service.js';

export type { InspectorOptions } from './options.js';

/** An inspector that listens. */
export interface Inspector {
  /** The page's address; whoever has it can read the page. */
  readonly url: string;
  /** Ends the page and forgets what was noted. The server goes on. Resolves when the page's port is free. */
  close(): Promise<void>;
}

/**
 * Shows what a server and its clients say to each other, from now on, on a page of its own. It ends with the server.
 * @param server a server of `premier` or `premier/https`, or one of `node:http` under `premier/register`
 * @param options where the page is, how much is kept, what is masked
 * @throws {TypeError | RangeError} a wrong option, or a server that premier has not made
 * @throws {Error} `EADDRINUSE` and the like where the page can't listen
 */
export async function inspect(server: Server, options?: InspectorOptions): Promise<Inspector> {
  const settings = settingsFrom(options);
  const recorder = new Recorder(settings);
  observe(server, recorder);
  recorder.servers.add(server);
  const end = () => recorder.end();
  try {
    const inspector = await listen(recorder, settings, end);
    server.once('close', () => void inspector.close());
    return inspector;
  } catch (error) {
    end();
    throw error;
  }
}

/**
 * The same for every server of this process that is made from now on.
 * @param options where the page is, how much is kept, what is masked
 * @throws {TypeError | RangeError} a wrong option
 * @throws {Error} `EADDRINUSE` and the like where the page can't listen
 */
export async function inspectServers(options?: InspectorOptions): Promise<Inspector> {
  const settings = settingsFrom(options);
  const recorder = new Recorder(settings);
  let stop = () => {};
  const inspector = await listen(recorder, settings, () => {
    stop();
    recorder.end();
  });
  stop = observeServers(recorder);
  return inspector;
}

async function listen(recorder: Recorder, settings: Settings, end: () => void): Promise<Inspector> {
  const service = new Service(recorder, settings);
  const server = createServer(service.handle);
  keepFromObservers(server);
  // Alone it keeps no program running.
  server.on('connection', (socket) => socket.unref());
  const port = await listenFor(server, settings);
  const host = hostOf(settings);
  return {
    url: `http://${host}:${port}/${settings.token}/`,
    close: () => {
      end();
      return closed(server, service);
    },
  };
}

/** As it stands in an address that this computer can open. */
function hostOf({ host }: Settings): string {
  const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return reached.includes(':') ? `[${reached}]` : reached;
}

function closed(server: HttpServer, service: Service): Promise<void> {
  service.close();
  return new Promise((resolve) => {
    // One that is closed already says so by an error.
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
