// Prints what was asked for. In: a text. Out: the text as lines on stdout, and the exit code. Where it can't be written that is
// trouble, told on stderr; that a reader left early is none.
import type { Messages } from './language.js';

export function print(text: string, say: Messages): Promise<number> {
  return new Promise((resolve) => {
    process.stdout.write(`${text}\n`, (error?: NodeJS.ErrnoException | null) => {
      if (!error || error.code === 'EPIPE') return resolve(0);
      console.error(`premier: ${say.notPrinted(error.code ?? error.message)}`);
      resolve(1);
    });
  });
}
