// What manageCertificates is given, and what it says of what makes no sense. Nothing is asked or written before that.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import nodeHttps from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import http from 'premier';
import https from 'premier/https';
import { checkOptions } from '../../../dist/operation/certificates/options.js';
import { temporaryFolder } from './folder.js';

const manage = https.manageCertificates as (server: unknown, options?: unknown) => Promise<unknown>;
const acme = (more: object) => ({ acme: { domains: ['example.org'], ...more } });

const refused: [options: unknown, message: RegExp][] = [
  [undefined, /options should be an object with local, files, acme, folder, not undefined\./],
  [null, /options should be an object/],
  [{}, /give exactly one of these options/],
  [{ local: undefined }, /give exactly one of these options/],
  [{ local: true, files: { cert: 'a', key: 'b' } }, /give exactly one of these options/],
  [{ local: true, names: ['a.test'] }, /there is no options\.names; there are local, files, acme, folder\./],
  [
    { local: 'app.test' },
    /local should be true, or a list of names such as \['app\.test'\], not 'app\.test'\./,
  ],
  [{ local: false }, /local should be true, or a list .*, not false\./],
  [{ local: [1] }, /each of local should be the name of a host, or an address, .*, not 1\./],
  [{ local: ['https://a.test'] }, /each of local should be the name of a host.*, not 'https:\/\/a\.test'\./],
  [{ local: true, folder: 3 }, /folder should be the path of a folder, not 3\./],
  [{ files: 'a.pem' }, /files should be an object with cert, key, not 'a\.pem'\./],
  [{ files: { cert: 'a.pem' } }, /files\.key should be the path of a file in PEM, not undefined\./],
  [{ files: { cert: '', key: 'b' } }, /files\.cert should be the path of a file in PEM, not ''\./],
  [{ files: [] }, /files should be an object with cert, key, or a list of such, not \[\]\./],
  [
    { files: [{ cert: 'a', key: 'b' }, { cert: 'a' }] },
    /files\[1\]\.key should be the path of a file in PEM, not undefined\./,
  ],
  [
    { files: { cert: 'a.pem', key: '-----BEGIN PRIVATE KEY-----\nAAAA' } },
    /files\.key should be the path of a file in PEM, not its text\. (?!.*AAAA)/,
  ],
  [{ local: ['fe80::1%lo'] }, /each of local should be the name of a host, or an address,/],
  [{ acme: {} }, /acme\.domains should be a list of names such as \['example\.org'\], not undefined\./],
  [{ acme: { domains: 'example.org' } }, /acme\.domains should be a list .*, not 'example\.org'\./],
  [{ acme: { domains: [] } }, /acme\.domains should be a list such as/],
  [{ acme: { domains: ['*.example.org'] } }, /each of acme\.domains should be the name of a host/],
  [acme({ email: 'anna' }), /acme\.email should be an address such as 'anna@example\.org', not 'anna'\./],
  [acme({ agreeToTerms: 'yes' }), /acme\.agreeToTerms should be true or false, not 'yes'\./],
  [acme({ agreeTerms: true }), /there is no acme\.agreeTerms; there are domains, email, agreeToTerms/],
  [acme({ profile: '' }), /acme\.profile should be a name such as 'shortlived', not ''\./],
  [acme({ challenges: ['dns-01'] }), /acme\.challenges should be a list of 'http-01' and 'tls-alpn-01'/],
  [acme({ challenges: [] }), /acme\.challenges should be a list/],
  [acme({ externalAccount: { kid: 'a' } }), /acme\.externalAccount\.key should be a text, not undefined/],
  [acme({ externalAccount: { kid: 'a', key: 'sec ret' } }), /key should be a key in base64url, not '…'\./],
];
for (const [options, message] of refused) {
  test(`${JSON.stringify(options)} is refused: ${message.source}`, async (t) => {
    const folder = join(temporaryFolder(t), 'data');
    const whole = typeof options === 'object' && options !== null ? { folder, ...options } : options;
    await assert.rejects(manage(https.createServer(), whole), { name: 'TypeError', message });
    assert.ok(!existsSync(folder));
  });
}

test('a URL that is no authority’s is refused as such', async () => {
  const server = https.createServer();
  await assert.rejects(manage(server, acme({ directory: 'http://ca.test/' })), { code: 'acmeInsecure' });
  await assert.rejects(manage(server, acme({ directory: 'ca.test' })), { code: 'acmeNoDirectory' });
});

test('names are taken as certificates have them, each once', () => {
  const { local } = checkOptions({ local: ['APP.test.', 'app.test', 'é.test', '0:0::1', '10.0.0.1'] });
  assert.deepEqual(local, ['app.test', 'xn--9ca.test', '::1', '10.0.0.1']);
  const { acme: checked } = checkOptions({ acme: { domains: ['Example.ORG'], email: undefined } });
  assert.deepEqual(checked?.domains, ['example.org']);
});

const servers: [what: string, server: unknown][] = [
  ['a server of plain HTTP', http.createServer()],
  ['nothing', undefined],
  ['a listener', () => {}],
];
for (const [what, server] of servers) {
  test(`${what} is no server over TLS`, async () => {
    await assert.rejects(manage(server, { local: true }), {
      name: 'TypeError',
      message: /looks after a server over TLS, as createServer\(\) of premier\/https makes it, not/,
    });
  });
}

test('a server is looked after once at a time, and one of node:https as well', async (t) => {
  const folder = temporaryFolder(t);
  for (const server of [https.createServer(), nodeHttps.createServer()]) {
    const first = await https.manageCertificates(server, { local: true, folder });
    await assert.rejects(manage(server, { local: true, folder }), /looked after already; close\(\)/);
    first.close();
    // What could not begin leaves the server free.
    await assert.rejects(manage(server, { local: ['example.org'], folder }), { code: 'notLocal' });
    (await https.manageCertificates(server, { local: true, folder })).close();
  }
});
