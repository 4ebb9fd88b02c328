/**
 * The fields of a request that logs want. In: names and values as they came. Out: the few of them, found in one pass;
 * of those that came twice, the first. Builds no `headers`.
 */

export class LoggedFields {
  host: string | undefined = undefined;
  referer: string | undefined = undefined;
  agent: string | undefined = undefined;
  authorization: string | undefined = undefined;
  traceparent: string | undefined = undefined;

  constructor(rawHeaders: readonly string[]) {
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string;
      switch (name.length) {
        case 4:
          if (this.host === undefined && is(name, 'Host')) this.host = rawHeaders[i + 1];
          break;
        case 7:
          if (this.referer === undefined && is(name, 'Referer')) this.referer = rawHeaders[i + 1];
          break;
        case 10:
          if (this.agent === undefined && is(name, 'User-Agent')) this.agent = rawHeaders[i + 1];
          break;
        case 11:
          if (this.traceparent === undefined && is(name, 'traceparent')) this.traceparent = rawHeaders[i + 1];
          break;
        case 13:
          if (this.authorization === undefined && is(name, 'Authorization'))
            this.authorization = rawHeaders[i + 1];
          break;
      }
    }
  }

  /** The name in an Authorization field of the scheme Basic, RFC 7617. */
  get user(): string | undefined {
    const { authorization } = this;
    if (authorization === undefined || !/^basic /i.test(authorization)) return undefined;
    return Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':')[0] || undefined;
  }

  /** The trace-id in a traceparent field of W3C Trace Context; none where it is malformed or all zero. */
  get trace(): string | undefined {
    const { traceparent } = this;
    if (traceparent === undefined) return undefined;
    const [, trace] =
      /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|-)/.exec(traceparent) ??
      [];
    return trace;
  }
}

/** @param usual - as most write it */
function is(name: string, usual: string): boolean {
  return name === usual || name.toLowerCase() === usual.toLowerCase();
}
