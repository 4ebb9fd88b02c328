/**
 * What a worker has counted, where its parent finds it should the worker be killed: in a file without a name, whose
 * descriptor both have. A report each second would lose what was counted since the last one.
 *
 * In the worker: arrays to count in, which are written out at the end of each turn of the event loop in which something was
 * counted. In the parent: all that was counted in a worker's life. Where there is no such file nothing is kept; a disk
 * that is full, or what was written wrongly, is no reason for anybody to fail.
 */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Labels } from './tally.js';

/** The cells of one series, from the start of a process on. */
export type KeptSeries = [name: string, labels: Labels, cells: number[]];

/** Bytes of the file for cells; after them comes what they are, a line of JSON for each series. */
const CELLS = 256 * 1024;

/** Bytes for the lines, at most. */
const LINES = 1024 * 1024;

/** Where a worker finds the file, and the variable that tells it so. */
const descriptorOfWorkers = 4;
const variable = 'PREMIER_COUNTS';

/** The file of one worker, as its parent has it. */
export class KeptCounts {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** A new one; undefined where none can be had. */
  static open(): KeptCounts | undefined {
    // Windows lets nobody remove a file that is open.
    if (process.platform === 'win32') return undefined;
    const name = `premier-counts-${process.pid}-${process.hrtime.bigint().toString(36)}`;
    for (const folder of process.platform === 'linux' ? ['/dev/shm', tmpdir()] : [tmpdir()]) {
      try {
        const path = join(folder, name);
        const descriptor = openSync(path, 'wx+', 0o600);
        unlinkSync(path);
        return new KeptCounts(descriptor);
      } catch {
        // The next one may do.
      }
    }
    return undefined;
  }

  /** How a worker is started so that it has the file. */
  get stdio(): ('inherit' | 'ipc' | number)[] {
    return ['inherit', 'inherit', 'inherit', 'ipc', this.#descriptor];
  }

  get environment(): NodeJS.ProcessEnv {
    return { [variable]: String(descriptorOfWorkers) };
  }

  /** All that was counted. */
  read(): KeptSeries[] {
    const cells = new Float64Array(CELLS / Float64Array.BYTES_PER_ELEMENT);
    const lines = Buffer.alloc(LINES);
    try {
      readSync(this.#descriptor, cells, 0, CELLS, 0);
      const length = readSync(this.#descriptor, lines, 0, LINES, CELLS);
      return lines
        .toString('utf8', 0, length)
        .split('\n')
        .flatMap((line): KeptSeries[] => {
          if (line === '') return [];
          const [name, labels, at, count] = JSON.parse(line) as [string, Labels, number, number];
          return [[name, labels, Array.from(cells.subarray(at, at + count))]];
        });
    } catch {
      return [];
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Arrays to count in, in a worker whose parent keeps them; elsewhere arrays as any others. */
export class CountingCells {
  readonly #cells = new Float64Array(CELLS / Float64Array.BYTES_PER_ELEMENT);
  #descriptor: number | undefined;
  #used = 0;
  #end = CELLS;
  #isScheduled = false;

  /** Takes the variable out of the environment: what a worker starts has no such file. */
  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const told = environment[variable];
    delete environment[variable];
    this.#descriptor = told === undefined ? undefined : Number(told);
  }

  /** Whether anybody keeps them. */
  get isKept(): boolean {
    return this.#descriptor !== undefined;
  }

  /** An array of zeros. */
  allocate(name: string, labels: Labels, length: number): Float64Array {
    const at = this.#used;
    if (this.#descriptor === undefined || at + length > this.#cells.length) return new Float64Array(length);
    const line = Buffer.from(`${JSON.stringify([name, labels, at, length])}\n`);
    if (!this.#write(line, this.#end)) return new Float64Array(length);
    this.#end += line.length;
    this.#used += length;
    return this.#cells.subarray(at, at + length);
  }

  /** Something was counted: it is written out at the end of this turn of the event loop. */
  changed(): void {
    if (this.#isScheduled || this.#descriptor === undefined) return;
    this.#isScheduled = true;
    setImmediate(this.#save);
  }

  readonly #save = (): void => {
    this.#isScheduled = false;
    this.#write(this.#cells.subarray(0, this.#used), 0);
  };

  #write(bytes: Uint8Array | Float64Array, position: number): boolean {
    const { byteLength } = bytes;
    try {
      return writeSync(this.#descriptor as number, bytes, 0, byteLength, position) === byteLength;
    } catch {
      this.#descriptor = undefined;
      return false;
    }
  }
}
