// What the command says of certificates, in English: what is in their way as src/operation/ puts it for programs, but
// for the way out where that is an option of the command.
import { type ProblemCode, type ProblemFacts, problems } from '../operation/certificates/problem.js';

/** A sentence for each problem. */
export type ProblemSentences = { [Code in ProblemCode]: (facts: ProblemFacts<Code>) => string };

const when = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const certificateMessages = {
  problems: {
    ...problems,
    noSuchFile: ({ role, file }) =>
      `--tls-${role}: there is no file ${file}. Check the spelling, or the folder you are in.`,
    folderNotFile: ({ role, file }) => `--tls-${role}: ${file} is a folder. Give the file in PEM.`,
    notLocal: ({ name }) =>
      `${name} is no local name, so this computer's authority can't sign for it. Use a name below .localhost, .test or .internal; for a public name there are --domain, and --tls-cert with --tls-key.`,
    acmeNoDirectory: ({ url }) => `${url} is no directory of an ACME server. Check --acme-directory.`,
    acmeTerms: ({ terms }) =>
      `The authority has terms, at ${terms}. Read them, then say that you agree: --agree-terms.`,
    acmeNeedsExternalAccount: ({ detail }) =>
      `The authority only serves its own customers (${detail}). Give the account you have with it: --acme-account KID:KEY.`,
    acmeExternalAccount: ({ detail }) =>
      `The authority doesn't take the account you have with it: ${detail}. Check --acme-account KID:KEY.`,
    acmeContact: ({ detail }) =>
      `The authority doesn't take the address of --email: ${detail}. Give another one.`,
    acmeProfile: ({ detail }) =>
      `The authority has no such --acme-profile: ${detail}. Leave it out, or take one that its directory lists.`,
  } as ProblemSentences,

  obtained: (name: string, until: Date) => `Certificate for ${name}: obtained, good until ${when(until)}.`,
  reloaded: (names: string, until: Date) =>
    `Certificate for ${names}: taken over, good until ${when(until)}.`,
  again: (date: Date) => `Next try: ${when(date)}.`,
  goodUntil: (date: Date, name = '') =>
    `The certificate before${name && ` of ${name}`} goes on, ${date.getTime() < Date.now() ? 'though it ended on' : 'good until'} ${when(date)}.`,
  noneYet: (name: string) => `Until then nothing is served for ${name}.`,
  notTrusted: (command: string) =>
    `No browser trusts this computer's own authority yet. To change that, once: ${command} trust`,
  onlyOne: (one: string, other: string) =>
    `${one} and ${other} are two ways to a certificate. Leave one out.`,
  noWildcard: (name: string) =>
    `${name}: for names with * an authority asks the DNS, which can't be answered here. Give each name, or take certificates from elsewhere with --tls-cert and --tls-key.`,
  httpPortTaken: (reason: string) =>
    `${reason} So plain http isn't sent to https, and the authority asks at the port of https alone.`,

  trust: {
    intro: (file: string) => `This computer's own authority, ${file}, will be put into these stores:`,
    untrustIntro: (file: string) =>
      `This computer's own authority, ${file}, will be taken out of these stores:`,
    system: 'the system',
    chromium: 'Chromium and Chrome of this user',
    firefox: (profile: string) => `Firefox (${profile})`,
    keychain: 'the login keychain (Safari, Chrome)',
    windows: 'this user’s root store (Edge, Chrome)',
    done: 'Done. Browsers that are open have to be started again.',
    nothingToUntrust: 'This computer has no authority of its own, so there is nothing to take out.',
    inNoStore: (file: string) =>
      `This computer's own authority, ${file}, is in no store that can be changed here.`,
    failed: (what: string, reason: string) => `${what}: failed (${reason}).`,
    noCertutil:
      'The browsers’ stores need certutil, which isn’t there. Install it (Debian: apt install libnss3-tools) and start again.',
    noStore: 'No store is known on this system. Import that file by hand, as an authority for websites.',
    someFailed: 'Not every store could be changed; see above.',
    folderNamed: (word: string) => `To serve the folder ${word}, write ./${word}.`,
  },
};

export type CertificateMessages = typeof certificateMessages;
