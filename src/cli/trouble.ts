// What goes wrong in front of the user: a sentence to print and the exit code that goes with it. Never a stack trace.

/** Something outside the command stands in the way: a port in use, a folder that isn't there. Exit code 1. */
export class Trouble extends Error {
  readonly exitCode: number = 1;
}

/** The command was given something it does not understand. Exit code 2. */
export class UsageError extends Trouble {
  override readonly exitCode: number = 2;
}

/** The program that was to be run is at fault; a change of its code may mend it. Exit code 1. */
export class ProgramFailure extends Trouble {}

/** The `code` of a system error (`'ENOENT'`, `'EADDRINUSE'`…), or an empty string. */
export function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
