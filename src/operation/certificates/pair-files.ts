/**
 * A certificate and its key, read from two files. In: their names. Out: a pair that OpenSSL takes, or a `CertificateProblem`
 * that tells which file is not what it should be, and how to make it so. Never lets a pair pass that can't serve.
 */
import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { CertificateProblem, type Instead } from './problem.js';
import { certificatesIn, type Pair } from './x509.js';

/** Their paths. */
export interface PairFiles {
  cert: string;
  key: string;
}

/** @throws CertificateProblem which says what is wrong with which */
export async function readPair(files: PairFiles): Promise<Pair> {
  const pair = { cert: await read('cert', files.cert), key: await read('key', files.key) };
  const [first, ...others] = certificatesOf(pair.cert, files.cert);
  const key = keyOf(pair.key, files.key);
  if (!first.checkPrivateKey(key)) {
    const later = others.some((certificate) => certificate.checkPrivateKey(key));
    throw new CertificateProblem(later ? 'chainOrder' : 'keyOfAnother', files);
  }
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new CertificateProblem('pairUnfit', { ...files, reason: reasonOf(error) });
  }
  return pair;
}

function certificatesOf(text: string, file: string): [X509Certificate, ...X509Certificate[]] {
  let reason: string | undefined;
  try {
    const [first, ...others] = certificatesIn(text);
    if (first) return [first, ...others];
  } catch (error) {
    reason = reasonOf(error);
  }
  throw new CertificateProblem('noCertificate', { file, instead: insteadOf(text, 'cert'), reason });
}

function keyOf(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new CertificateProblem('noKey', { file, instead: insteadOf(text, 'key'), reason: reasonOf(error) });
  }
}

/** What a file holds that should hold something else, as far as it can be told. */
function insteadOf(text: string, role: 'cert' | 'key'): Instead | undefined {
  if (text.trim() === '') return 'nothing';
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text))
    return role === 'key' ? 'encrypted' : 'key';
  if (role === 'cert' && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'key';
  if (role === 'key' && /-----BEGIN CERTIFICATE-----/.test(text)) return 'certificate';
  // A sequence that begins with the number 3 (RFC 7292 §4).
  if (text.startsWith('0') && text.slice(1, 8).includes('\x02\x01\x03')) return 'pkcs12';
  // What DER begins with, a sequence, and what no text has.
  if (text.startsWith('0') && /[\0\ufffd]/.test(text)) return 'der';
  return undefined;
}

/** OpenSSL's own words, without its numbers. */
const reasonOf = (error: unknown): string => (error as Error).message.replace(/^error:[\dA-F]+:.*:/i, '');

async function read(role: 'cert' | 'key', file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new CertificateProblem('noSuchFile', { role, file });
    if (code === 'EISDIR') throw new CertificateProblem('folderNotFile', { role, file });
    throw new CertificateProblem('unreadable', { file, reason: code });
  }
}
