// The command line taken apart: what is understood, and what is said of the rest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../dist/cli/arguments.js';
import { catalogues } from '../../dist/cli/language.js';
import type { Settings } from '../../dist/cli/options.js';

const parse = (args: string[], environment: Record<string, string> = {}) =>
  parseArguments(args, environment, catalogues.en);

test('arguments become settings', () => {
  const cases: [args: string[], environment: Record<string, string>, expected: Partial<Settings>][] = [
    [[], {}, { port: 8080, host: ['localhost'], header: [], quiet: false, 'stop-after': 30 }],
    [['--port', '3000'], {}, { port: 3000 }],
    [['--port=3000'], {}, { port: 3000 }],
    [['-p', '3000'], {}, { port: 3000 }],
    [['-p3000'], {}, { port: 3000 }],
    [['-qp', '3000'], {}, { port: 3000, quiet: true }],
    [['--port', '0'], {}, { port: 0 }],
    [['--port', '1', '--port', '2'], {}, { port: 2 }],
    [[], { PORT: '3000' }, { port: 3000 }],
    [[], { PORT: '' }, { port: 8080 }],
    [['--port', '1'], { PORT: 'nonsense' }, { port: 1 }],
    [['--host'], {}, { host: ['*'] }],
    [['--host', '--port', '1'], {}, { host: ['*'], port: 1 }],
    [['--host', '0.0.0.0'], {}, { host: ['0.0.0.0'] }],
    [['--host', '::1'], {}, { host: ['::1'] }],
    [['--host', 'localhost'], {}, { host: ['localhost'] }],
    [['--host=name.example'], {}, { host: ['name.example'] }],
    [['--host=LocalHost'], {}, { host: ['localhost'] }],
    [['--host=[::1]', '--host= ::1 '], {}, { host: ['::1', '::1'] }],
    [['--host=a0', '--host=4.example', '--host=a_b-c'], {}, { host: ['a0', '4.example', 'a_b-c'] }],
    [['--host=unix:./@a'], {}, { host: ['unix:./@a'] }],
    [['--host=unix:/run/a b 0'], {}, { host: ['unix:/run/a b 0'] }],
    [['--host', '--host', '::1', '--host=a'], {}, { host: ['*', '::1', 'a'] }],
    [['--host', 'unix:/run/a.sock', '--host'], {}, { host: ['unix:/run/a.sock', '*'] }],
    [
      ['--domain', 'B.example.,a.example'],
      {},
      { domain: [['b.example', 'a.example']], host: ['*'], port: 443 },
    ],
    [['--domain', 'é.example', '--port', '1'], {}, { domain: [['xn--9ca.example']], port: 1 }],
    [['--domain', 'a.example'], { PORT: '1' }, { port: 1 }],
    [['--domain', 'a.example', '--host', '::1'], {}, { host: ['::1'] }],
    [
      ['--domain', '192.0.2.1', '--domain', '2001:DB8:0::1'],
      {},
      { domain: [['192.0.2.1'], ['2001:db8::1']] },
    ],
    [['--name', 'App.Test'], {}, { name: ['app.test'], host: ['localhost'], port: 8080 }],
    [['--hsts'], {}, { hsts: 31_536_000 }],
    [['--hsts', '60'], {}, { hsts: 60 }],
    [['--acme-account', 'a:b:c-_='], {}, { 'acme-account': { kid: 'a:b', key: 'c-_' } }],
    [['--stop-after', '0.5'], {}, { 'stop-after': 0.5 }],
    [['--auth', 'anna:s:e c'], {}, { auth: { user: 'anna', password: 's:e c' } }],
    [[], { PREMIER_AUTH: 'anna:secret' }, { auth: { user: 'anna', password: 'secret' } }],
    [
      ['--header', 'A: 1', '--header', 'B:2', '--header', '/:id/my *: C: http://d', '--header', '/e:F:g:h'],
      {},
      {
        header: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
          { path: '/:id/my *', name: 'C', value: 'http://d' },
          { path: '/e', name: 'F', value: 'g:h' },
        ],
      },
    ],
    [['--log', 'json', '--lang', 'fr'], {}, { log: 'json', lang: 'fr' }],
    [['--no-listing', '--clean-urls'], {}, { 'no-listing': true, 'clean-urls': true, single: false }],
  ];
  for (const [args, environment, expected] of cases) {
    const { settings } = parse(args, environment);
    const found = Object.fromEntries(
      Object.keys(expected).map((key) => [key, settings[key as keyof Settings]]),
    );
    assert.deepEqual(found, expected, JSON.stringify([args, environment]));
  }
});

test('a folder or program is found wherever it stands', () => {
  const cases: [args: string[], target: string | undefined][] = [
    [[], undefined],
    [['dist'], 'dist'],
    [['--quiet', 'dist'], 'dist'],
    [['dist', '--port', '1'], 'dist'],
    [['--host', 'dist'], 'dist'],
    [['--host', '127.0.0.1', 'dist'], 'dist'],
    [['--host', './dist'], './dist'],
    [['--host', 'unix:a', 'dist'], 'dist'],
    [['--', '--odd'], '--odd'],
  ];
  for (const [args, target] of cases) assert.equal(parse(args).target, target, JSON.stringify(args));
});

test('what stands after -- is the program’s', () => {
  const cases: [args: string[], target: string, forProgram: string[]][] = [
    [['app.mjs'], 'app.mjs', []],
    [['app.mjs', '--'], 'app.mjs', []],
    [['app.mjs', '-q', '--', '--foo', '-p', 'bar', '--'], 'app.mjs', ['--foo', '-p', 'bar', '--']],
    [['--host', '--', 'app.mjs', '--quiet'], 'app.mjs', ['--quiet']],
    [['--port', '1', '--', '--odd', 'x'], '--odd', ['x']],
  ];
  for (const [args, target, forProgram] of cases) {
    const parsed = parse(args);
    assert.deepEqual([parsed.target, parsed.forProgram], [target, forProgram], JSON.stringify(args));
    assert.equal(parsed.settings.port, args.includes('1') ? 1 : 8080);
  }
});

test('what is not understood is named, with the way out', () => {
  const cases: [args: string[], environment: Record<string, string>, message: RegExp][] = [
    [['--prot', '1'], {}, /^There is no option --prot\. Did you mean --port\?$/],
    [['--singel'], {}, /--single\?$/],
    [['--nonsense'], {}, /^There is no option --nonsense\.$/],
    [['--nope'], {}, /^There is no option --nope\.$/],
    [['--hots'], {}, /Did you mean --host\?$/],
    [['--opne'], {}, /Did you mean --open\?$/],
    [['--wacth'], {}, /Did you mean --watch\?$/],
    [['--list'], {}, /^There is no option --list\.$/],
    [['--spa'], {}, /^There is no option --spa\. Did you mean --single\?$/],
    [['--ssl'], {}, /Did you mean --https\?$/],
    [
      ['--directory', 'dist'],
      {},
      /^There is no option --directory\. The folder is named without an option: premier FOLDER\.$/,
    ],
    [['-d', 'dist'], {}, /The folder is named without an option/],
    [['-l', '3000'], {}, /^There is no option -l\. Did you mean --port NUMBER --host ADDRESS\?$/],
    [['-l3000'], {}, /^There is no option -l\. Did you mean --port/],
    [['-S'], {}, /^There is no option -S\. Did you mean --follow-links or --tls-cert FILE --tls-key FILE\?$/],
    [['--gzip'], {}, /^There is no option --gzip\. That is always on\.$/],
    [
      ['--stop-after', 'soon'],
      {},
      /^--stop-after must be a number of seconds from 0 to 86400, not "soon"\.$/,
    ],
    [['--stop-after', '-1'], {}, /^--stop-after needs a value/],
    [['--stop-after=1e9'], {}, /"1e9"/],
    [['--stop-after=86401'], {}, /"86401"/],
    [['--constructor'], {}, /^There is no option --constructor\.$/],
    [['--__proto__'], {}, /^There is no option --__proto__\.$/],
    [['-z'], {}, /^There is no option -z\.$/],
    [['--quiet=yes'], {}, /^--quiet takes no value\.$/],
    [['--port'], {}, /^--port needs a value: --port NUMBER\.$/],
    [['--port', '--quiet'], {}, /^--port needs a value: --port NUMBER\.$/],
    [['--port', 'abc'], {}, /^--port must be a whole number from 0 to 65535 .*"abc"\.$/],
    [['--port', '65536'], {}, /"65536"/],
    [['--port', '-1'], {}, /^--port needs a value/],
    [['--port=-1'], {}, /"-1"/],
    [['--port', '80.5'], {}, /"80\.5"/],
    [['--port', '0x50'], {}, /"0x50"/],
    [['--port', '1e3'], {}, /"1e3"/],
    [[], { PORT: 'abc' }, /^PORT must be a whole number/],
    [['a', 'b'], {}, /^One folder or program at a time, but there are two: a and b\.$/],
    [['--auth', 'anna'], {}, /^--auth must be user:password/],
    [['--auth', ':secret'], {}, /^--auth must be user:password/],
    [['--auth', 'anna:'], {}, /^--auth must be user:password/],
    [[], { PREMIER_AUTH: 'anna' }, /^PREMIER_AUTH must be user:password/],
    ...[
      '--host',
      '--port',
      '--auth',
      '--tls-cert',
      '--tls-key',
      '--name',
      '--domain',
      '--email',
      '--acme-directory',
      '--acme-account',
      '--acme-profile',
      '--http-port',
      '--header',
      '--allow-host',
      '--log',
      '--lang',
    ].flatMap((option): [string[], Record<string, string>, RegExp][] => [
      [[`${option}=`], {}, new RegExp(`^${option} has an empty value\\. `)],
      [[option, ''], {}, new RegExp(`^${option} has an empty value\\. `)],
      [[`${option}= `], {}, new RegExp(`^${option} has an empty value\\. `)],
    ]),
    [[], { PREMIER_AUTH: '' }, /^PREMIER_AUTH has an empty value\./],
    [[''], {}, /^The name of the folder or program is empty\. Give \./],
    [['--', ''], {}, /^The name of the folder or program is empty\./],
    [['site', ''], {}, /^The name of the folder or program is empty\./],
    // What the system's resolver would take for every interface, or for another address than one reads.
    ...['0', '0x0', '0.0', '00', '127.1', '2130706433', '0x7f000001', 'a.0', '0.', '127.0.0.1:80'].map(
      (host): [string[], Record<string, string>, RegExp] => [
        [`--host=${host}`],
        {},
        /^--host must be an address written in full, such as 0\.0\.0\.0 or ::1, a name, or unix:PATH/,
      ],
    ),
    ...['http://a', 'a:80', '*.a', 'a b', 'a/b', 'a@b', '[::1', '[::1]:80', 'fe80::1%'].map(
      (host): [string[], Record<string, string>, RegExp] => [
        [`--host=${host}`],
        {},
        /^--host must be .* without scheme and port; not "/,
      ],
    ),
    ...['--host', '--admin'].map((option): [string[], Record<string, string>, RegExp] => [
      [`${option}=unix:@a`],
      {},
      /^--\w+: unix:@a would be a socket outside the file system, .* Give a path, such as unix:\.\/@a\.$/,
    ]),
    [['--host', ' '], {}, /^--host has an empty value\. /],
    [['--host', '\t', 'site'], {}, /^--host has an empty value\. /],
    ...['http://a', 'a:80', '*a', 'a b', '..', 'a/b'].map(
      (name): [string[], Record<string, string>, RegExp] => [
        [`--allow-host=${name}`],
        {},
        /^--allow-host must be the name of a host/,
      ],
    ),
    ...['http://a', 'a:80', 'a b', '-a.test', 'a..b', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0'].flatMap(
      (name): [string[], Record<string, string>, RegExp][] =>
        ['--name', '--domain'].map((option) => [
          [`${option}=${name}`],
          {},
          new RegExp(`^${option} must be the name of a host, or an address`),
        ]),
    ),
    [['--name', '*.test'], {}, /^--name must be the name of a host/],
    [['--domain', '*.a.example'], {}, /^\*\.a\.example: for names with \*/],
    [['--domain', 'a.example,'], {}, /^--domain must be the name of a host.*""\.$/],
    [['--email', 'anna'], {}, /^--email must be an address such as anna@example\.org, not "anna"\.$/],
    [['--email', 'a@b?cc=c'], {}, /^--email must be an address/],
    [['--acme-directory', 'http://a.test'], {}, /^--acme-directory must be an https URL/],
    [['--acme-directory', 'a.test'], {}, /^--acme-directory must be an https URL/],
    [['--acme-account', 'kid'], {}, /^--acme-account must be KID:KEY/],
    [['--acme-account', 'kid:a b'], {}, /^--acme-account must be KID:KEY/],
    [[], { PREMIER_ACME_ACCOUNT: 'kid' }, /^PREMIER_ACME_ACCOUNT must be KID:KEY/],
    [['--http-port', 'abc'], {}, /^--http-port must be a whole number from 0 to 65535/],
    [['--hsts=-1'], {}, /^--hsts must be a whole number of seconds, not "-1"\.$/],
    [['--hsts=99999999999'], {}, /^--hsts must be a whole number of seconds/],
    [['--header', '/a/*: nothing'], {}, /^--header must be 'Name: value'/],
    [['--header', '/a/*: Content-Length: 3'], {}, /^--header can't set Content-Length/],
    [['--header', '/%zz: A: b'], {}, /^--header must be 'Name: value'/],
    [['--header', 'nothing'], {}, /^--header must be 'Name: value'/],
    [['--header', 'A b: c'], {}, /^--header must be 'Name: value'/],
    [['--header', 'A: b\r\nC: d'], {}, /^--header must be 'Name: value'/],
    [['--header', 'Content-Length: 3'], {}, /^--header can't set Content-Length/],
    [['--log', 'xml'], {}, /^--log must be one of text, json, combined, off, not "xml"\.$/],
    [['--lang', 'de'], {}, /^--lang must be one of en, fr, not "de"\.$/],
  ];
  for (const [args, environment, message] of cases) {
    assert.throws(
      () => parse(args, environment),
      (error: { message: string; exitCode: number }) => {
        assert.match(error.message, message);
        assert.equal(error.exitCode, 2);
        return true;
      },
      JSON.stringify([args, environment]),
    );
  }
});

test('a password is never repeated in an error', () => {
  assert.throws(
    () => parse(['--auth', ':hunter2']),
    (error: Error) => !error.message.includes('hunter2'),
  );
  assert.throws(
    () => parse(['--acme-account', ':hunter2']),
    (error: Error) => !error.message.includes('hunter2'),
  );
});

test('a hint has the words of the reader’s language for what is to be given', () => {
  for (const [option, hint] of [
    ['-S', '--follow-links ou --tls-cert FICHIER --tls-key FICHIER'],
    ['-l', '--port NOMBRE --host ADRESSE'],
    ['--user', '--auth NOM:MOTDEPASSE'],
    ['--no-log', '--log off'],
  ] as const) {
    assert.throws(() => parseArguments([option], {}, catalogues.fr), {
      message: `L’option ${option} n’existe pas. Vouliez-vous dire ${hint} ?`,
    });
  }
});
