// Certificates for the servers of the command. In: its options. Out: something that looks after the servers' certificates,
// having told what is in the way; nothing where plain http is asked for.

import type { PutInPlace } from '../operation/certificates/challenges.js';
import { hostNameOf, isLocalName } from '../operation/certificates/local-names.js';
import type { ManagedCertificates } from '../operation/certificates/managed.js';
import type { CertificateOptions } from '../operation/certificates/options.js';
import { CertificateProblem } from '../operation/certificates/problem.js';
import { onReplaceSignal } from '../operation/replace-signal.js';
import { followParent } from '../operation/worker-certificates.js';
import { tellParent } from '../operation/worker-messages.js';
import { isWorker } from '../operation/worker-role.js';
import { addressOf, isEverywhere, outerAddresses } from './addresses.js';
import { inWords, sentenceFor } from './certificate-words.js';
import type { Context } from './context.js';
import type { Messages } from './language.js';
import { everyInterface, type OptionName, type Settings } from './options.js';
import { UsageError } from './trouble.js';

/** Options of a public authority, which have a meaning with a domain only. */
const ofAuthority = [
  'email',
  'agree-terms',
  'acme-directory',
  'acme-account',
  'acme-profile',
] as const satisfies readonly OptionName[];

/** Options of https that are about what listens, which is the affair of a program that calls listen(). */
export const aboutListening = [
  'domain',
  ...ofAuthority,
  'http-port',
] as const satisfies readonly OptionName[];

/** Options that have a meaning with https only. */
export const httpsOnly = [
  'https',
  'name',
  'tls-cert',
  'tls-key',
  ...aboutListening,
  'hsts',
] as const satisfies readonly OptionName[];

/** What a process that serves needs of its certificates. */
export type CertificatesInUse = Pick<
  ManagedCertificates,
  'add' | 'answering' | 'redirect' | 'answersHttp' | 'listening' | 'close'
>;

/** Certificates as the options ask for them, the first in place; nothing for plain http. */
export async function certificatesFor(context: Context): Promise<CertificatesInUse | undefined> {
  if (!isWorker) return managedCertificates(context);
  if (!sourceOf(context)) return undefined;
  const { ServingCertificates } = await import('../operation/certificates/serving.js');
  const serving = new ServingCertificates();
  await followParent(serving);
  return Object.assign(serving, {
    answersHttp: (does: boolean) => {
      if (!does) void tellParent({ premier: 'answersNoHttp' });
    },
    // The parent knows when its workers do.
    listening: () => {},
  });
}

/**
 * Looks after certificates in this process.
 * @param elsewhere puts them in place in the workers of this one
 */
export async function managedCertificates(
  context: Context,
  elsewhere?: PutInPlace,
): Promise<ManagedCertificates | undefined> {
  const { say } = context;
  const options = sourceOf(context);
  if (!options) return undefined;
  const { ManagedCertificates: Managed } = await import('../operation/certificates/managed.js');
  const certificates = new Managed(options, elsewhere);
  tell(certificates, say);
  try {
    await certificates.start();
  } catch (error) {
    throw inWords(error as Error, say);
  }
  reloadOnHangUp(certificates);
  return certificates;
}

/** Says how to have browsers believe the certificate, where they don't yet. */
export function hintAtTrust(certificates: CertificatesInUse, { args, say, command }: Context): void {
  const authority = 'authority' in certificates ? (certificates as ManagedCertificates).authority : undefined;
  if (authority?.trusted === false && !args.settings.quiet)
    console.error(say.certificates.notTrusted(command));
}

/** Which of the ways to a certificate the options choose, if any. */
function sourceOf({ args, say, target }: Context): CertificateOptions | undefined {
  const { settings, given } = args;
  const { 'tls-cert': certs, 'tls-key': keys } = settings;
  const words = say.certificates;
  const domains = settings.domain.flat();
  if (certs.length !== keys.length) throw new UsageError(say.tlsNeedsBoth);
  const inFiles = certs.length > 0;
  if (inFiles && domains.length > 0) throw new UsageError(words.onlyOne('--tls-cert', '--domain'));
  const named = settings.name.length > 0;
  if (named && (inFiles || domains.length > 0)) {
    throw new UsageError(words.onlyOne('--name', inFiles ? '--tls-cert' : '--domain'));
  }
  const secure = settings.https || named || inFiles || domains.length > 0;
  const idle = ofAuthority.find((name) => given.has(name));
  if (idle && domains.length === 0) throw new UsageError(say.needs(`--${idle}`, '--domain'));
  const pointless = (['http-port', 'hsts'] as const).find((name) => given.has(name));
  if (pointless && !secure) throw new UsageError(say.needs(`--${pointless}`, '--https'));

  if (inFiles) return { files: certs.map((cert, at) => ({ cert, key: keys[at] ?? '' })) };
  if (domains.length > 0) return { acme: publicOnes(settings, domains) };
  if (!secure) return undefined;
  // A program that calls listen() tells nobody where before it does; most do so everywhere.
  const hosts = target.kind === 'program' && !given.has('host') ? [everyInterface] : settings.host;
  return { local: [...settings.name, ...hosts.flatMap(localNamesOf)] };
}

/** How clients may call a host that is listened on, as far as the local authority may sign for it. */
function localNamesOf(host: string): string[] {
  const names = isEverywhere(host) ? outerAddresses(host) : [addressOf(host) ?? hostNameOf(host) ?? ''];
  return names.filter((name) => isLocalName(name));
}

function publicOnes(settings: Settings, domains: string[]): NonNullable<CertificateOptions['acme']> {
  const {
    email,
    'acme-directory': directory,
    'acme-account': externalAccount,
    'acme-profile': profile,
  } = settings;
  return {
    domains: [...new Set(domains)],
    agreeToTerms: settings['agree-terms'],
    ...(email !== undefined && { email }),
    ...(directory !== undefined && { directory }),
    ...(externalAccount !== undefined && { externalAccount }),
    ...(profile !== undefined && { profile }),
  };
}

/** Prints what happens to the certificates while the servers run. */
function tell(certificates: ManagedCertificates, say: Messages): void {
  const words = say.certificates;
  certificates.on('problem', (problem, { name, again, until }) => {
    const sentences = [sentenceFor(problem, say)];
    if (until) sentences.push(words.goodUntil(until, name));
    else if (again && name !== undefined) sentences.push(words.noneYet(name));
    // The rate of an authority says by itself when it goes on.
    const saysWhen = problem instanceof CertificateProblem && problem.code === 'acmeRateLimited';
    if (again && !saysWhen) sentences.push(words.again(again));
    console.error(`premier: ${sentences.join(' ')}`);
  });
  certificates.on('change', (event) => {
    console.error(
      event.kind === 'obtained'
        ? words.obtained(event.name, event.until)
        : words.reloaded(event.names.join(', '), event.until),
    );
  });
}

/** SIGHUP reloads; one that tells that the terminal is gone ends the command, as ever. */
function reloadOnHangUp(certificates: ManagedCertificates): void {
  onReplaceSignal((terminalIsGone) => {
    if (terminalIsGone) process.kill(process.pid, 'SIGTERM');
    else certificates.reload().catch(() => {});
  });
}
