// Whatever a program passes on from a client - a field's name or value, a status message, a trailer, a hint - cannot
// become a line of its own: it is refused with an error, and the response that leaves is the program's.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { RawClient } from '../server/raw-client.js';
import { checkResponse, premiers } from './serving.js';

/** Text that ends a line where it is not refused; U+010A and U+010D end one where a character loses its upper byte. */
const evils = {
  'CR LF': 'a\r\nInjected: yes',
  LF: 'a\nInjected: yes',
  CR: 'a\rInjected: yes',
  'two CR LF': 'a\r\n\r\nHTTP/1.1 200 Injected\r\nContent-Length: 0\r\n\r\n',
  NUL: 'a\0b',
  'U+010D U+010A': 'a\u010d\u010aInjected: yes',
  'a lone surrogate': 'a\ud80a\udc0aInjected: yes',
  'CR LF at the end': 'a\r\n',
  'LF at the beginning': '\nInjected: yes',
};

type Attack = (res: ServerResponse, evil: string) => void;

/** Where a name or a value goes in. */
const values: Record<string, Attack> = {
  setHeader: (res, evil) => res.setHeader('X-Value', evil),
  'setHeader, one of several values': (res, evil) => res.setHeader('X-Value', ['a', evil]),
  'setHeader, Set-Cookie': (res, evil) => res.setHeader('Set-Cookie', [evil, 'b']),
  'setHeader, Content-Length': (res, evil) => res.setHeader('Content-Length', evil),
  'setHeader, Transfer-Encoding': (res, evil) => res.setHeader('Transfer-Encoding', evil),
  'setHeader, Connection': (res, evil) => res.setHeader('Connection', evil),
  'setHeader, Date': (res, evil) => res.setHeader('Date', evil),
  appendHeader: (res, evil) => res.appendHeader('X-Value', 'a').appendHeader('X-Value', evil),
  'setHeaders, a Map': (res, evil) => res.setHeaders(new Map([['x-value', evil]])),
  'writeHead, an object': (res, evil) => res.writeHead(200, { 'X-Value': evil }),
  'writeHead, an object after setHeader': (res, evil) => {
    res.setHeader('A', 'b');
    res.writeHead(200, { 'X-Value': evil });
  },
  'writeHead, a flat list': (res, evil) => res.writeHead(200, ['X-Value', evil]),
  'writeHead, a list of values': (res, evil) => res.writeHead(200, { 'X-Value': ['a', evil] }),
  'writeHead, the status message': (res, evil) => res.writeHead(200, evil),
  statusMessage: (res, evil) => {
    res.statusMessage = evil;
    res.flushHeaders();
  },
  'addTrailers, an object': (res, evil) => {
    res.setHeader('Trailer', 'X-Value');
    res.write('body');
    res.addTrailers({ 'X-Value': evil });
  },
  'addTrailers, pairs': (res, evil) => {
    res.write('body');
    res.addTrailers([['X-Value', evil]]);
  },
  'writeEarlyHints, the link': (res, evil) => res.writeEarlyHints({ link: `</a>; rel=${evil}` }),
  'writeEarlyHints, another field': (res, evil) =>
    res.writeEarlyHints({ link: '</a>; rel=preload', 'x-value': evil }),
};

const names: Record<string, Attack> = {
  setHeader: (res, evil) => res.setHeader(evil, 'b'),
  appendHeader: (res, evil) => res.appendHeader(evil, 'b'),
  'setHeaders, a Map': (res, evil) => res.setHeaders(new Map([[evil, 'b']])),
  'writeHead, an object': (res, evil) => res.writeHead(200, { [evil]: 'b' }),
  'writeHead, a flat list': (res, evil) => res.writeHead(200, [evil, 'b']),
  'addTrailers, an object': (res, evil) => {
    res.write('body');
    res.addTrailers({ [evil]: 'b' });
  },
  'writeEarlyHints, another field': (res, evil) =>
    res.writeEarlyHints({ link: '</a>; rel=preload', [evil]: 'b' }),
};

/** Names that no line end is in, and that are no tokens all the same. */
const badNames = { ...evils, 'a space': 'X Value', 'a colon': 'X:Value', nothing: '', 'a letter é': 'X-é' };

/** What the program does next: it answers that the attack was refused, or goes on as if nothing had been. */
function refuse(res: ServerResponse): void {
  if (!res.headersSent) {
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.statusCode = 500;
    res.statusMessage = 'Refused';
  }
  res.end('refused');
}

async function attack(subject: (typeof premiers)[number], attack: Attack, evil: string): Promise<void> {
  let thrown: NodeJS.ErrnoException | undefined;
  const server = subject.createServer({}, (req, res) => {
    if (req.url === '/next') {
      res.end('next');
      return;
    }
    try {
      attack(res, evil);
      res.end('sent');
    } catch (error) {
      thrown = error as NodeJS.ErrnoException;
      refuse(res);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new RawClient(subject.connect({ port: (server.address() as AddressInfo).port }));
  try {
    const response = await client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n').response();
    checkResponse(response);
    const all = [response, ...response.interim].flatMap(({ fields }) => fields).concat(response.trailers);
    assert.equal(
      all.find(([name]) => /injected/i.test(name)),
      undefined,
    );
    assert.match(String(thrown?.code), /^ERR_(INVALID_|HTTP_INVALID_)/, 'no error was thrown');
    assert.equal(client.pending, '', 'there are bytes after the response');
    const next = await client.send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n').response();
    assert.equal(next.body, 'next');
  } finally {
    client.socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

for (const subject of premiers.filter(({ secure }) => !secure)) {
  for (const [where, attempt] of Object.entries(values)) {
    test(`${where}: a value cannot end its line (${subject.name})`, async (context) => {
      for (const [what, evil] of Object.entries(evils)) {
        await context.test(what, () => attack(subject, attempt, evil));
      }
    });
  }
  for (const [where, attempt] of Object.entries(names)) {
    test(`${where}: a name cannot end its line, nor be none (${subject.name})`, async (context) => {
      for (const [what, evil] of Object.entries(badNames)) {
        await context.test(what, () => attack(subject, attempt, evil));
      }
    });
  }
}
