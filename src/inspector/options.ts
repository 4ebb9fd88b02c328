/**
 * The options of the inspector. In: what a program gives. Out: every setting, checked; an error names the option, what is
 * wrong with it and what would do.
 */
import { randomBytes } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { inspect as written } from 'node:util';

/** Options of `inspect()` and `inspectServers()`. */
export interface InspectorOptions {
  /** The address to listen on. Default `'127.0.0.1'`: this computer alone. */
  host?: string | undefined;
  /** The port; 0 picks a free one. Default 8082. */
  port?: number | undefined;
  /** Lets `host` be an address that other computers see. What is shown then travels unencrypted. Default false. */
  anywhere?: boolean | undefined;
  /** How many exchanges are kept; the oldest are dropped first. Default 1000. */
  maxExchanges?: number | undefined;
  /** Bytes of heads and bodies that are kept in all; the oldest exchanges are dropped first. Default 32 MiB. */
  maxBytes?: number | undefined;
  /** Bytes that are kept of each body. Default 64 KiB. */
  maxBodyBytes?: number | undefined;
  /** Names of fields that are masked, besides Authorization, Proxy-Authorization, Cookie and Set-Cookie. */
  redact?: readonly string[] | undefined;
  /** What the page's address has in it instead of a random text: 16 to 128 of `A-Z a-z 0-9 - _`. */
  token?: string | undefined;
  /** Waits while the port is taken, by the process before this one, say, instead of failing. Default false. */
  waitForPort?: boolean | undefined;
}

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly maxExchanges: number;
  readonly maxBytes: number;
  readonly maxBodyBytes: number;
  /** In lower case. */
  readonly redact: ReadonlySet<string>;
  readonly token: string;
  readonly waitForPort: boolean;
}

const alwaysMasked = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie'];

const known = Object.keys({
  host: true,
  port: true,
  anywhere: true,
  maxExchanges: true,
  maxBytes: true,
  maxBodyBytes: true,
  redact: true,
  token: true,
  waitForPort: true,
} satisfies Record<keyof InspectorOptions, true>);

/** However they are written: one of IPv4 may be mapped to IPv6. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether only this computer reaches an address. */
export function isLoopbackHost(host: string): boolean {
  const family = isIP(host);
  return family === 0
    ? host.toLowerCase() === 'localhost'
    : loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** How a wrong value is written: a text in quotes, an object in a line. */
const BRIEF = { depth: 0, breakLength: Number.POSITIVE_INFINITY } as const;

/** @throws {TypeError | RangeError} for an option that is not known, or not as it should be */
export function settingsFrom(options: InspectorOptions = {}): Settings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`inspect(): the options are an object, not ${written(options, BRIEF)}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`inspect(): there is no option ${name}; there are ${known.join(', ')}`);
    }
  }
  return {
    host: hostFrom(options),
    port: whole(options, 'port', 8082, 0, 65_535),
    maxExchanges: whole(options, 'maxExchanges', 1000, 1, 100_000),
    maxBytes: whole(options, 'maxBytes', 32 * 1024 * 1024, 65_536, 1024 * 1024 * 1024),
    maxBodyBytes: whole(options, 'maxBodyBytes', 64 * 1024, 0, 16 * 1024 * 1024),
    redact: new Set([...alwaysMasked, ...redactedFrom(options)]),
    token: tokenFrom(options),
    waitForPort: yesOrNo(options, 'waitForPort'),
  };
}

function hostFrom(options: InspectorOptions): string {
  const { host = '127.0.0.1' } = options;
  if (typeof host !== 'string' || host === '' || /[\s/?#@\\%]/.test(host)) {
    throw new TypeError(
      `inspect(): host must be an address or a name such as '127.0.0.1', not ${written(host, BRIEF)}`,
    );
  }
  if (!yesOrNo(options, 'anywhere') && !isLoopbackHost(host)) {
    throw new RangeError(
      `inspect(): host ${host} may be seen by other computers, and the page shows all that clients and server say to each other. Leave host out, or set anywhere to true`,
    );
  }
  return host === 'localhost' ? '127.0.0.1' : host;
}

function yesOrNo(options: InspectorOptions, name: 'anywhere' | 'waitForPort'): boolean {
  const value = options[name] ?? false;
  if (typeof value !== 'boolean') {
    throw new TypeError(`inspect(): ${name} must be true or false, not ${written(value, BRIEF)}`);
  }
  return value;
}

type NumberName = 'port' | 'maxExchanges' | 'maxBytes' | 'maxBodyBytes';

function whole(options: InspectorOptions, name: NumberName, fallback: number, from: number, to: number) {
  const value = options[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
    throw new RangeError(
      `inspect(): ${name} must be a whole number from ${from} to ${to}, not ${written(value, BRIEF)}`,
    );
  }
  return value;
}

function redactedFrom({ redact = [] }: InspectorOptions): string[] {
  const isName = (name: unknown) => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
  if (!Array.isArray(redact) || !redact.every(isName)) {
    throw new TypeError("inspect(): redact must be a list of names of fields, such as ['X-Api-Key']");
  }
  return redact.map((name: string) => name.toLowerCase());
}

function tokenFrom({ token = randomBytes(18).toString('base64url') }: InspectorOptions): string {
  if (typeof token !== 'string' || !/^[\w-]{16,128}$/.test(token)) {
    throw new RangeError('inspect(): token must be 16 to 128 characters of A-Z a-z 0-9 - _');
  }
  return token;
}
