/**
 * What may be in the way of a certificate: the whole list, with a sentence in English for each. Every sentence names the
 * thing, the reason and the way out; the command has them in its other languages.
 */

const when = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What a file holds in the place of what it should. */
export type Instead = 'nothing' | 'certificate' | 'key' | 'encrypted' | 'der' | 'pkcs12';

/** What to say of each; `else` where it can't be told. */
export type SentencesInstead = Partial<Record<Instead, string>> & { else: string };

interface WrongFile {
  file: string;
  /** `undefined` where it can't be told. */
  instead: Instead | undefined;
  /** OpenSSL's. */
  reason: string | undefined;
}

const because = (reason: string | undefined): string => (reason === undefined ? '' : ` (${reason})`);

/** What is wrong with the files of the local authority. */
export type Damage = 'noKey' | 'badCertificate' | 'badKey' | 'otherKey';

const damages: Record<Damage, string> = {
  noKey: "root-key.pem isn't there",
  badCertificate: 'root.pem holds no certificate',
  badKey: 'root-key.pem holds no private key',
  otherKey: "root-key.pem doesn't fit root.pem",
};

/** The old one is taken out of the stores while its certificate is still there to say which. */
const anew = (folder: string): string =>
  `premier untrust, then remove ${folder}, and premier trust for the next one.`;

const fromPkcs12 = (file: string): string =>
  `It is PKCS #12; this makes PEM of it, with certificate and key in one file: openssl pkcs12 -in ${file} -nodes -out both.pem`;

const insteadOfCertificate = (file: string): SentencesInstead => ({
  nothing: 'It is empty; perhaps it is being written.',
  key: 'It holds a private key: the two files may be swapped.',
  der: `It is DER; this makes PEM of it: openssl x509 -in ${file} -out cert.pem`,
  pkcs12: fromPkcs12(file),
  else: 'It should begin with -----BEGIN CERTIFICATE-----.',
});

const insteadOfKey = (file: string): SentencesInstead => ({
  nothing: 'It is empty; perhaps it is being written.',
  certificate: 'It holds a certificate: the two files may be swapped.',
  encrypted: `It is encrypted; this writes it without its password: openssl pkey -in ${file} -out key.pem`,
  der: `It is DER; this makes PEM of it: openssl pkey -in ${file} -out key.pem`,
  pkcs12: fromPkcs12(file),
  else: 'It should begin with -----BEGIN PRIVATE KEY-----.',
});

export const problems = {
  // The folder of keys and certificates.
  unreadable: ({ file, reason }: { file: string; reason: string }) =>
    `${file} can't be read (${reason}). Check that it belongs to the user who runs this.`,
  unwritable: ({ folder, reason }: { folder: string; reason: string }) =>
    `${folder} can't be written (${reason}). Check that it belongs to the user who runs this, or choose another place with the variable XDG_DATA_HOME.`,
  diskFull: ({ folder }: { folder: string }) =>
    `The disk is full, so nothing can be kept in ${folder}. Make room.`,
  locked: ({ file }: { file: string }) =>
    `Another process has held ${file} for five minutes. If none is at work, remove that file.`,

  // The local authority.
  authorityBroken: ({ folder, what }: { folder: string; what: Damage }) =>
    `The local authority in ${folder} can't be used: ${damages[what]}. To begin anew: ${anew(folder)}`,
  authorityNotYet: ({ from, folder }: { from: Date; folder: string }) =>
    `The local authority begins on ${when(from)}, and this computer's clock is before that. Set the clock; if it is right, begin anew: ${anew(folder)}`,
  authorityOver: ({ until, folder }: { until: Date; folder: string }) =>
    `The local authority ended on ${when(until)} by this computer's clock. Set the clock; if it is right, begin anew: ${anew(folder)}`,
  authorityExposed: ({ file, folder }: { file: string; folder: string }) =>
    `Others than its owner can read or replace ${file}, the key of the local authority, and so pretend to be a local site that this computer trusts: chmod 700 ${folder}; chmod 600 ${file}. If you don't know who could, begin anew: ${anew(folder)}`,
  notLocal: ({ name }: { name: string }) =>
    `${name} is no local name, so the local authority can't sign for it. Use a name below .localhost, .test or .internal; a public name needs a certificate of a public authority.`,

  // Files given. `role` is what they are for.
  noSuchFile: ({ role, file }: { role: 'cert' | 'key'; file: string }) =>
    `${role}: there is no file ${file}. Check the spelling, or the folder you are in.`,
  folderNotFile: ({ role, file }: { role: 'cert' | 'key'; file: string }) =>
    `${role}: ${file} is a folder. Give the file in PEM.`,
  noCertificate: ({ file, instead, reason }: WrongFile) =>
    `${file} holds no certificate in PEM${because(reason)}. ${insteadOfCertificate(file)[instead ?? 'else']}`,
  noKey: ({ file, instead, reason }: WrongFile) =>
    `${file} holds no private key in PEM that can be read${because(instead ? undefined : reason)}. ${insteadOfKey(file)[instead ?? 'else']}`,
  keyOfAnother: ({ cert, key }: { cert: string; key: string }) =>
    `${key} is the key of another certificate than ${cert}. Give the two that were made together.`,
  chainOrder: ({ cert }: { cert: string }) =>
    `In ${cert} another certificate stands before the server's. Put the server's first, its intermediates after it.`,
  pairUnfit: ({ cert, reason }: { cert: string; reason: string }) =>
    `OpenSSL doesn't take ${cert}: ${reason}. Have a new certificate made, with a key of ECDSA P-256 or RSA 2048.`,
  pairOver: ({ cert, until }: { cert: string; until: Date }) =>
    `${cert} ended on ${when(until)}. Get a newer one, or check this computer's clock.`,
  pairNotYet: ({ cert, from }: { cert: string; from: Date }) =>
    `${cert} begins on ${when(from)}, and this computer's clock is before that. Wait until then, or set the clock.`,

  // A public authority.
  acmeNoDirectory: ({ url }: { url: string }) => `${url} is no directory of an ACME server. Check its URL.`,
  acmeInsecure: ({ url }: { url: string }) => `An ACME server is spoken to over https only, not at ${url}.`,
  acmeUnreachable: ({ url, reason }: { url: string; reason: string }) =>
    `The authority can't be reached at ${url} (${reason}). Check the network; a private authority needs its root in NODE_EXTRA_CA_CERTS.`,
  acmeNotNow: ({ url, reason }: { url: string; reason: string }) =>
    `By this computer's clock the authority's own certificate at ${url} isn't good now (${reason}). Check the clock.`,
  acmeDown: ({ url, status }: { url: string; status: number }) =>
    `The authority at ${url} is out of order (status ${status}). Nothing is to be done here but to wait.`,
  acmeTerms: ({ terms }: { terms: string }) =>
    `The authority has terms, at ${terms}. Read them, and agree to them with the option agreeToTerms.`,
  acmeNeedsExternalAccount: ({ detail }: { detail: string }) =>
    `The authority only serves its own customers (${detail}). Give the account you have with it: the option externalAccount.`,
  acmeExternalAccount: ({ detail }: { detail: string }) =>
    `The authority doesn't take the account you have with it: ${detail}. Check the option externalAccount, its identifier and its key.`,
  acmeBrokenAccount: ({ file }: { file: string }) =>
    `${file} holds no account. Put it back from a copy, or remove it to have a new account made.`,
  acmeOtherAccount: ({ file, detail }: { file: string; detail: string }) =>
    `The key in ${file} isn't that of its account with the authority: ${detail}. Put it back from a copy, or remove it to have a new account made.`,
  acmeContact: ({ detail }: { detail: string }) =>
    `The authority doesn't take this email address: ${detail}. Give another one.`,
  acmeProfile: ({ detail }: { detail: string }) =>
    `The authority has no such profile: ${detail}. Leave it out, or take one that its directory lists.`,
  acmeDns: ({ name, detail }: { name: string; detail: string }) =>
    `The authority finds no address for ${name}: ${detail}. Let its A or AAAA record point to this computer.`,
  acmeConnection: ({ name, detail }: { name: string; detail: string }) =>
    `The authority can't reach ${name}: ${detail}. Let it point here, and ports 80 and 443 through the firewall.`,
  acmeWrongAnswer: ({ name, detail }: { name: string; detail: string }) =>
    `At ${name} something else answered the authority: ${detail}. Let the name point to this computer, and to no other one.`,
  acmeCaa: ({ name, detail }: { name: string; detail: string }) =>
    `The CAA record of ${name} allows no certificate from this authority: ${detail}. Change the record, or take another authority.`,
  acmeRateLimited: ({ name, detail, again }: { name: string; detail: string; again: Date }) =>
    `The authority has had enough orders for ${name} until ${when(again)}: ${detail}. It is tried again by itself.`,
  acmeRejectedName: ({ name, detail }: { name: string; detail: string }) =>
    `The authority signs nothing for ${name}: ${detail}. Check the name, or take another authority.`,
  acmeNoChallenge: ({ name, offered }: { name: string; offered: string }) =>
    `For ${name} the authority only asks in ways that can't be answered here: ${offered}. Free port 80 or 443 for this server.`,
  acmeRefused: ({ name, type, detail }: { name: string; type: string; detail: string }) =>
    `The authority refused ${name}: ${detail}${type ? ` (${type})` : ''}. It is tried again by itself.`,
  acmeClock: ({ name, from, until }: { name: string; from: Date; until: Date }) =>
    `The new certificate of ${name} is good from ${when(from)} to ${when(until)}, which is not now by this computer's clock. Set the clock.`,
};

type Problems = typeof problems;
export type ProblemCode = keyof Problems;
export type ProblemFacts<Code extends ProblemCode> = Parameters<Problems[Code]>[0];

/** Something is in the way of a certificate. Its `message` is in English; `code` and `facts` say the same. */
export class CertificateProblem<Code extends ProblemCode = ProblemCode> extends Error {
  override readonly name = 'CertificateProblem';
  readonly code: Code;
  readonly facts: ProblemFacts<Code>;

  constructor(code: Code, facts: ProblemFacts<Code>) {
    // One entry of the table takes the facts of that entry; the compiler sees a union of all.
    super((problems[code] as (facts: ProblemFacts<Code>) => string)(facts));
    this.code = code;
    this.facts = facts;
  }
}
