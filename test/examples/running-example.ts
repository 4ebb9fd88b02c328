/**
 * Runs an example as its reader would, in a Node process of its own. In: a file, arguments, environment.
 * Out: where it listens, what it prints, how it ends. It never uses a fixed port: `PORT` is 0, and for the lesson's
 * own program, which names 8080, that number is turned into 0 as it reaches `listen`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../examples/', import.meta.url);

const anyPort = `data:text/javascript,${encodeURIComponent(`
  import net from 'node:net';
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function (port, ...rest) {
    this.once('listening', () => process.send({ port: this.address().port }));
    return listen.call(this, port === 8080 ? 0 : port, ...rest);
  };
`)}`;

export interface RunningExample {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  child: ChildProcess;
  /** Waits until it has printed this on stdout or stderr, then gives all it has printed so far. */
  printed(expected: string): Promise<string>;
  /** Its exit code, or the signal that ended it; ends it if need be. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

export function examplePath(name: string): string {
  return fileURLToPath(new URL(name, folder));
}

interface RunOptions {
  args?: string[];
  env?: Record<string, string>;
}

/** Runs a file of `examples/`. */
export function run(name: string, options?: RunOptions): Promise<RunningExample> {
  return runFile(examplePath(name), options);
}

/** Runs any program that listens. */
export async function runFile(
  file: string,
  { args = [], env = {} }: RunOptions = {},
): Promise<RunningExample> {
  const child = spawn(process.execPath, ['--import', anyPort, file, ...args], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  let over = false;
  const heard = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      heard.emit('text');
    });
  }
  const closed = once(child, 'close').then(() => {
    over = true;
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const { port } = await Promise.race([
    once(child, 'message').then(([message]) => message as { port: number }),
    ended.then((how) => {
      throw new Error(`${file} ended (${how}) before it listened:\n${output}`);
    }),
  ]);
  // The channel has served; left open it would keep the example alive after its server has closed.
  child.disconnect();
  return {
    origin: `http://127.0.0.1:${port}`,
    child,
    async printed(expected) {
      while (!output.includes(expected)) {
        if (over) throw new Error(`${file} never printed ${JSON.stringify(expected)}, but:\n${output}`);
        await Promise.race([once(heard, 'text'), closed]);
      }
      return output;
    },
    stop(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}
