// Whether two servers give the same answers: status, body byte by byte, and the set of fields with their values, Date's
// aside. What is not the same work must not be compared.
import { once } from 'node:events';
import http from 'node:http';
import http2Client from 'node:http2';
import https from 'node:https';

/** Sends a request; resolves to { status, fields, body }. A new connection each time, asked to be kept alive. */
export async function exchange(
  { port, secure, http2 },
  { method = 'GET', path = '/', headers = {}, body = '' },
) {
  if (http2) return exchangeOverHttp2({ port, secure }, { method, path, headers, body });
  const client = secure ? https : http;
  const agent = new client.Agent({ keepAlive: true, rejectUnauthorized: false });
  try {
    const content = body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const request = client.request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent,
      timeout: 10_000,
      headers: { ...headers, ...content },
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.end(body);
    const response = await new Promise((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    return {
      status: `${response.statusCode} ${response.statusMessage}`,
      fields: fieldSet(response.rawHeaders),
      body: Buffer.concat(await response.toArray()),
    };
  } finally {
    agent.destroy();
  }
}

/** The same by a client of HTTP/2. */
async function exchangeOverHttp2({ port, secure }, { method, path, headers, body }) {
  const origin = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
  const session = http2Client.connect(origin, { rejectUnauthorized: false });
  session.setTimeout(10_000, () => session.destroy(new Error('no answer within 10 s')));
  try {
    const { Connection, ...fields } = headers;
    const content = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
    const head = { ':method': method, ':path': path, ...fields, ...content };
    const stream = session.request(head, { endStream: body === '' });
    if (body !== '') stream.end(body);
    const failed = once(session, 'error').then(([error]) => Promise.reject(error));
    const [answer] = await Promise.race([once(stream, 'response'), failed]);
    const { ':status': status, ...others } = answer;
    return {
      status: String(status),
      fields: fieldSet(Object.entries(others).flat()),
      body: Buffer.concat(await stream.toArray()),
    };
  } finally {
    session.close();
  }
}

/** 'name: value', the name in lower case and Date without its value. */
function fieldSet(rawHeaders) {
  const fields = new Set();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    fields.add(name === 'date' ? 'date' : `${name}: ${rawHeaders[i + 1]}`);
  }
  return fields;
}

/** Fields of one connection, which HTTP/2 does not have (RFC 9113 §8.2.2). */
const ofConnection = ['connection', 'keep-alive', 'transfer-encoding'];

/** What of an answer can be compared with one in another version of HTTP: no reason phrase, no field of the connection. */
export function acrossVersions({ status, fields, body }) {
  const shared = [...fields].filter((field) => !ofConnection.includes(field.split(':')[0]));
  return { status: status.split(' ')[0], fields: new Set(shared), body };
}

/**
 * What differs in `actual` from `expected`, one sentence each; fields in `alsoSends` (names) are let pass, and all of them
 * where that is null.
 */
export function differences(expected, actual, alsoSends = []) {
  const found = [];
  if (actual.status !== expected.status) found.push(`status ${actual.status} and not ${expected.status}`);
  if (!actual.body.equals(expected.body)) {
    found.push(
      `a body of ${actual.body.length} bytes that is not the expected one of ${expected.body.length}`,
    );
  }
  if (alsoSends === null) return found;
  for (const field of expected.fields) {
    if (!actual.fields.has(field)) found.push(`no field "${field}"`);
  }
  for (const field of actual.fields) {
    const allowed = alsoSends.includes(field.split(':')[0]);
    if (!expected.fields.has(field) && !allowed) found.push(`a field "${field}" too many`);
  }
  return found;
}

/** The requests by which a row's contenders are compared: the first of its load, and the first that closes. */
export function samples({ load }) {
  if (load.sample) return load.sample;
  const requests = load.requests?.() ?? [{}];
  const closing = requests.find(({ headers }) => headers?.Connection === 'close');
  return [...requests.slice(0, 3), ...(closing ? [closing] : [])];
}
