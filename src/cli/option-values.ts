// The text after an option, checked and turned into a value. Each function throws a `UsageError` that says what was
// expected; none of them touches the file system or the network.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { domainToASCII } from 'node:url';
import { isComputed } from '../documents/answer-fields.js';
import { pathTest } from '../documents/path-pattern.js';
import { type AdminAddress, readAdminAddress } from '../operation/admin-address.js';
import { certifiableName } from '../operation/certificates/local-names.js';
import { TrustedProxies } from '../server/trusted-proxies.js';
import type { Messages } from './language.js';
import { UsageError } from './trouble.js';

/** A name and a password, as `--auth` gives them. */
export interface Credentials {
  user: string;
  password: string;
}

/** A field for every answer, or for those at some paths, as `--header` gives it. */
export interface Field {
  /** A pattern of paths, such as `/assets/*`. */
  path?: string;
  name: string;
  value: string;
}

export function readPort(text: string, option: string, say: Messages): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw new UsageError(say.badPort(option, text));
  return port;
}

/** Seconds, with decimals where wanted; a day at most. */
export function readSeconds(text: string, option: string, say: Messages): number {
  const seconds = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(seconds <= 86_400)) throw new UsageError(say.badSeconds(option, text));
  return seconds;
}

/** A number of processes, or `auto` for one each core that this process may use. */
export function readWorkers(text: string, option: string, say: Messages): number {
  if (text.trim() === 'auto') return availableParallelism();
  const count = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  if (count < 1) throw new UsageError(say.badWorkers(option, text));
  return count;
}

export function readAdmin(text: string, option: string, say: Messages): AdminAddress {
  checkSocket(text, option, say);
  const address = readAdminAddress(text);
  if (address === undefined) throw new UsageError(say.badAdmin(option, text));
  return address;
}

export function readCount(text: string, option: string, say: Messages): number {
  const count = /^\d{1,12}$/.test(text.trim()) ? Number(text) : 0;
  if (count < 1) throw new UsageError(say.badCount(option, text));
  return count;
}

/** Bytes, with K, M or G for powers of 1024; a megabyte at least, for no process is smaller. */
export function readBytes(text: string, option: string, say: Messages): number {
  const [, digits = '', unit = ''] = /^(\d{1,12}(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * 1024 ** ' KMG'.indexOf(unit.toUpperCase() || ' ');
  if (digits === '' || bytes < 2 ** 20) throw new UsageError(say.badBytes(option, text));
  return bytes;
}

/** Addresses and networks, as the options `trustProxy` and `proxyProtocol` of a server take them. */
export function readPeers(text: string, option: string, say: Messages): string {
  try {
    new TrustedProxies(option, text);
  } catch {
    throw new UsageError(say.badPeers(option, text));
  }
  return text;
}

export function readAuth(text: string, option: string, say: Messages): Credentials {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) throw new UsageError(say.badAuth(option));
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** `NAME: VALUE`, or `/PATH: NAME: VALUE`. */
export function readHeader(text: string, _option: string, say: Messages): Field {
  const [, path, field = text] =
    /^(\/.*?):\s+(.*:.*)$/s.exec(text) ?? /^(\/.*?):([^:/]+:.*)$/s.exec(text) ?? [];
  const colon = field.indexOf(':');
  const name = field.slice(0, Math.max(colon, 0));
  const value = field.slice(colon + 1).trim();
  try {
    if (path !== undefined) pathTest(path);
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new UsageError(say.badHeader(text));
  }
  if (isComputed(name)) throw new UsageError(say.reservedHeader(name));
  return { ...(path !== undefined && { path }), name, value };
}

/**
 * An address or a name to listen on, or `unix:PATH`. Numbers that the system takes for an address, but nobody writes in
 * full, are refused: `0` would be every interface.
 */
export function readHost(text: string, option: string, say: Messages): string {
  checkSocket(text, option, say);
  if (text.startsWith('unix:')) return text;
  const host = text.trim().replace(/^\[(.*)\]$/, '$1');
  if (isIP(host)) return host;
  const isNumber = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(host);
  if (isNumber || (host !== '*' && /[\s/:?#@\\%[\]*]/.test(host)))
    throw new UsageError(say.badHost(option, text));
  return /^localhost\.?$/i.test(host) ? 'localhost' : host;
}

/** A path that begins with @ is how others write an abstract socket of Linux; a file of that name can be said otherwise. */
function checkSocket(text: string, option: string, say: Messages): void {
  if (text.startsWith('unix:@'))
    throw new UsageError(say.abstractSocket(option, text, `./${text.slice('unix:'.length)}`));
}

/** Where the page of `--inspect` is. */
export interface InspectorAddress {
  host: string;
  port: number;
}

/** What an address of IPv6 may have been meant as, where its last group may be a port: `::1:8080`. */
export function addressAndPort(text: string): { address: string; port: number } | undefined {
  const [, address = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  return isIP(text) === 6 && isIP(address) === 6 && Number(port) <= 65_535
    ? { address, port: Number(port) }
    : undefined;
}

/** As `readHost`, which tells of more than this option takes. */
function hostOf(text: string, option: string, say: Messages): string | undefined {
  try {
    return readHost(text, option, say);
  } catch {
    return undefined;
  }
}

/** `PORT`, `HOST`, or both; an address of IPv6 with a port in brackets. */
export function readInspectorAddress(text: string, option: string, say: Messages): InspectorAddress {
  const trimmed = text.trim();
  const apart = addressAndPort(trimmed);
  if (apart !== undefined) {
    const withPort = `[${apart.address}]:${apart.port}`;
    throw new UsageError(say.ambiguousAddress(option, trimmed, withPort, `[${trimmed}]`));
  }
  const [, host = '', port] = isIP(trimmed)
    ? [trimmed, trimmed]
    : (/^(?:(\[[^\]]+\]|[^:[\]]*[^:[\]\d][^:[\]]*)(?::(?=\d))?|:)?(\d+)?$/.exec(trimmed) ?? []);
  if (host === '' && port === undefined) throw new UsageError(say.badInspectorAddress(option, text));
  const given = host === '' ? '127.0.0.1' : hostOf(host, option, say);
  // An address with a zone is in no URL that a browser takes; -1 is no name.
  if (given === undefined || /^[*-]|^unix|%/.test(given))
    throw new UsageError(say.badInspectorAddress(option, text));
  return { host: given, port: port === undefined ? 8082 : readPort(port, option, say) };
}

/** A name of a host, without port; `.NAME` or `*.NAME` for all below it as well, `*` for every name. */
export function readAllowedHost(text: string, option: string, say: Messages): string {
  const name = text.toLowerCase().replace(/^\*(?=\.)/, '');
  const ascii = name === '*' ? name : name.replace(/[^.]+/g, (label) => domainToASCII(label) || label);
  if (/[\s/:?#@\\%]/.test(text) || !/^(?:\*|\.?[\w-]+(?:\.[\w-]+)*)$/.test(ascii))
    throw new UsageError(say.badAllowedHost(option, text));
  return ascii;
}

/** Permissions as chmod(1) has them: three octal digits. */
export function readMode(text: string, option: string, say: Messages): number {
  if (!/^0?[0-7]{3}$/.test(text.trim())) throw new UsageError(say.badMode(option, text));
  return Number.parseInt(text, 8);
}

/** Reads one of a few words. */
export function readWord<Word extends string>(...words: Word[]) {
  return (text: string, option: string, say: Messages): Word => {
    const known = words.find((word) => word === text);
    if (known === undefined) throw new UsageError(say.badChoice(option, text, words.join(', ')));
    return known;
  };
}

/** The name of a host, or an address, in ASCII. */
export function readHostName(text: string, option: string, say: Messages): string {
  const name = certifiableName(text);
  if (name === undefined) throw new UsageError(say.badHostName(option, text));
  return name;
}

/** Several, with commas between. */
export function readHostNames(text: string, option: string, say: Messages): string[] {
  return text.split(',').map((name) => {
    if (name.trim().startsWith('*.')) throw new UsageError(say.certificates.noWildcard(name.trim()));
    return readHostName(name.trim(), option, say);
  });
}

export function readEmail(text: string, option: string, say: Messages): string {
  if (!/^[^\s@,;<>?#%]+@[^\s@,;<>?#%]+$/.test(text)) throw new UsageError(say.badEmail(option, text));
  return text;
}

/** The URL of an ACME directory. */
export function readDirectory(text: string, option: string, say: Messages): string {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:')
    throw new UsageError(say.badDirectory(option, text));
  return text;
}

/** `KID:KEY`, the key in base64url. */
export function readAccount(text: string, option: string, say: Messages): { kid: string; key: string } {
  const colon = text.lastIndexOf(':');
  const [kid, key] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1).replace(/=+$/, '')];
  if (kid === '' || !/^[\w-]+$/.test(key)) throw new UsageError(say.badAccount(option));
  return { kid, key };
}

/** A whole number of seconds, up to a hundred years. */
export function readWholeSeconds(text: string, option: string, say: Messages): number {
  const seconds = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(seconds <= 3_153_600_000)) throw new UsageError(say.badWholeSeconds(option, text));
  return seconds;
}
