// The version of premier. Reads package.json, and loads nothing else: whoever asks for no more than that gets it at once.
import { readFileSync } from 'node:fs';

/** The version, as package.json has it. */
export function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version as string;
}
