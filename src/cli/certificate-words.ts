// Problems of certificates in the language of the user. In: an error. Out: a `Trouble`, or a sentence.
import { CertificateProblem } from '../operation/certificates/problem.js';
import { printable } from '../operation/printable-text.js';
import type { Messages } from './language.js';
import { Trouble } from './trouble.js';

/** A sentence for a problem. What it tells may come from elsewhere, so nothing in it is obeyed by a terminal. */
export function sentenceFor(error: Error, say: Messages): string {
  if (!(error instanceof CertificateProblem)) return printable(error.message);
  const { problems } = say.certificates;
  const { code, facts }: CertificateProblem = error;
  // One entry of the table takes the facts of that entry; the compiler sees a union of all.
  return printable((problems[code] as (facts: object) => string)(facts));
}

/** The error that ends the command. */
export function inWords(error: Error, say: Messages): Error {
  return error instanceof CertificateProblem ? new Trouble(sentenceFor(error, say)) : error;
}
