// What the command is asked to serve. In: a path as the user wrote it. Out: a folder or a program, or a `Trouble`.
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Arguments } from './arguments.js';
import type { Messages } from './language.js';
import { optionEntries } from './options.js';
import { codeOf, Trouble, UsageError } from './trouble.js';

export interface Target {
  kind: 'folder' | 'program';
  path: string;
  /** The path as the user wrote it, for messages. */
  shown: string;
}

/**
 * Finds out what a path is.
 * @throws {Trouble} nothing is there, it can't be read, or it can't be served
 * @throws {UsageError} an option was given that has no meaning for it
 */
export function targetOf(shown: string, { given, afterHost, forProgram }: Arguments, say: Messages): Target {
  const path = resolve(shown);
  const target: Target = { kind: kindOf(path, shown, say, afterHost), path, shown };
  for (const [name, option] of optionEntries) {
    const { only } = option;
    if (only === undefined || only === target.kind || !given.has(name)) continue;
    const complaint = only === 'folder' ? say.onlyForFolders : say.onlyForPrograms;
    const twin = option.twin === undefined ? '' : ` ${say.useInstead(`--${option.twin}`)}`;
    throw new UsageError(complaint(`--${name}`, shown) + twin);
  }
  if (target.kind === 'folder' && forProgram[0] !== undefined)
    throw new UsageError(say.oneTarget(shown, forProgram[0]));
  return target;
}

function kindOf(path: string, shown: string, say: Messages, afterHost: string | undefined): Target['kind'] {
  try {
    const stats = statSync(path);
    const kind = stats.isDirectory()
      ? 'folder'
      : stats.isFile() && /\.[cm]?[jt]s$/.test(path)
        ? 'program'
        : undefined;
    if (kind === undefined) throw new Trouble(say.notServable(shown));
    accessSync(path, kind === 'folder' ? constants.R_OK | constants.X_OK : constants.R_OK);
    return kind;
  } catch (error) {
    if (error instanceof Trouble) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Trouble(
        say.noSuchTarget(shown) + (shown === afterHost ? ` ${say.hostNeedsEquals(shown)}` : ''),
      );
    }
    throw new Trouble(say.unreadable(shown, code));
  }
}
