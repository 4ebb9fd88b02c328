/**
 * A folder for keys and certificates: nobody else can read it, no file is ever half written, and processes that share
 * it wait for each other.
 *
 * In: names of files and their text. Out: the text again, or a `CertificateProblem` that tells what is in the way.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CertificateProblem } from './problem.js';

/** Milliseconds between the signs of life of who holds a lock. */
const heartbeat = 5000;
/** Milliseconds without one after which a lock counts as left behind. */
const abandoned = 30_000;
/** The same for one without a word on whose it is: who takes one writes that at once. */
const nameless = 2000;
/** Milliseconds between two looks at a lock that somebody holds. */
const pause = 200;
/** Milliseconds after which waiting for a lock is given up. */
const patience = 300_000;

/** Locks that this process holds. */
const held = new Set<string>();

/** Where a user's data belongs on this system, as its own conventions have it. */
export function dataFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = environment;
  if (XDG_DATA_HOME) return join(XDG_DATA_HOME, 'premier');
  if (platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'premier');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'premier');
  return join(homedir(), '.local', 'share', 'premier');
}

export class Storage {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The text of a file; `undefined` where there is none. */
  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(this.path(name), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new CertificateProblem('unreadable', { file: this.path(name), reason: codeOf(error) });
    }
  }

  /** Writes a file that only its owner can read: all of it, or nothing. */
  async write(name: string, text: string): Promise<void> {
    const path = this.path(name);
    const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    await this.#doing(async () => {
      await makeFolder(dirname(path));
      try {
        const file = await open(fresh, 'wx', 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(fresh, path);
      } catch (error) {
        await rm(fresh, { force: true });
        throw error;
      }
    });
  }

  /** Whether others than the owner can read a file, or put another in its place. */
  async isExposed(name: string): Promise<boolean> {
    // There it is the folder of data above that keeps others out, and the mode says nothing of it.
    if (process.platform === 'win32') return false;
    const [file, folder] = await Promise.all([stat(this.path(name)), stat(this.folder)]);
    const isReached = (folder.mode & 0o011) !== 0 && (file.mode & 0o066) !== 0;
    return isReached || (folder.mode & 0o022) !== 0;
  }

  remove(name: string): Promise<void> {
    return this.#doing(() => rm(this.path(name), { force: true }));
  }

  /**
   * Does something while no other process, and nobody else in this one, does the same.
   * @param signal ends the wait for who does it now
   */
  async alone<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const path = this.path(`${name}.lock`);
    await this.#doing(() => makeFolder(dirname(path)));
    const giveUp = Date.now() + patience;
    while (!(await this.#doing(() => take(path)))) {
      if (Date.now() > giveUp) throw new CertificateProblem('locked', { file: path });
      await delay(pause, undefined, { signal });
    }
    const beat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => {});
    }, heartbeat).unref();
    try {
      return await work();
    } finally {
      clearInterval(beat);
      held.delete(path);
      await rm(path, { force: true }).catch(() => {});
    }
  }

  /** Says in plain words why the folder can't be used. */
  async #doing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOSPC' || code === 'EDQUOT')
        throw new CertificateProblem('diskFull', { folder: this.folder });
      throw new CertificateProblem('unwritable', {
        folder: this.folder,
        reason: code || (error as Error).message,
      });
    }
  }
}

/**
 * Makes a folder, and those above it that aren't there. One by one: where the system says that a folder it holds isn't
 * there, as below /proc, `mkdir` with `recursive` tries for ever.
 */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const above = dirname(path);
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || above === path) throw error;
    await makeFolder(above);
    await make().catch((failure) => {
      // Another process was faster.
      if (codeOf(failure) !== 'EEXIST') throw failure;
    });
  }
}

/** Takes a lock, or one that was left behind by a process that is no more. */
async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    // Before the file says whose it is: else another of this process would take it for one that was left.
    held.add(path);
    try {
      await sign(file);
    } catch (error) {
      // On a full disk; nobody could tell whose it is.
      held.delete(path);
      await rm(path, { force: true });
      throw error;
    }
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const before = await identityOf(path);
  if (before === undefined || !(await isLeft(path))) return false;
  // Of several who see that it was left, one gets it; who got a newer one by mistake gives it back.
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await identityOf(aside)) === before) await rm(aside, { force: true });
    else await rename(aside, path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return false;
}

/** Writes down whose lock it is. */
async function sign(lock: FileHandle): Promise<void> {
  try {
    await lock.writeFile(`${process.pid} ${hostname()}`);
  } finally {
    await lock.close();
  }
}

async function identityOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

async function isLeft(path: string): Promise<boolean> {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    if (Date.now() - mtimeMs > (text === '' ? nameless : abandoned)) return true;
    const [pid = '', host = ''] = text.split(' ');
    if (host !== hostname() || held.has(path)) return false;
    // A container that starts again gives the same number to the process.
    return Number(pid) === process.pid || !isAlive(Number(pid));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : '';
}
