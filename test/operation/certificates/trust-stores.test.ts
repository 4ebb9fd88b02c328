// Which commands put the local authority into the stores of a computer, and take it out: told, not run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localAuthority } from '../../../dist/operation/certificates/local-authority.js';
import {
  lacksCertutil,
  type Machine,
  type TrustAction,
  trustSteps,
} from '../../../dist/operation/certificates/trust-stores.js';
import { temporaryFolder } from './folder.js';

/** A computer with these programs, files and folders. */
function machine(has: Partial<Machine> & { programs?: string[]; files?: string[] }): Machine {
  const { programs = [], files = [], ...rest } = has;
  return {
    platform: 'linux',
    home: '/home/anna',
    isRoot: false,
    exists: (path) => files.some((file) => file === path || file.startsWith(`${path}/`)),
    list: (folder) => [
      ...new Set(
        files
          .filter((file) => file.startsWith(`${folder}/`))
          .map((file) => file.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
    hasCommand: (name) => programs.includes(name),
    succeeds: () => true,
    ...rest,
  };
}

const debian = ['update-ca-certificates', 'certutil', 'sudo'];
const copy = '/usr/local/share/ca-certificates/LABEL.crt';
const nss = 'sql:/home/anna/.pki/nssdb';

const cases: [what: string, Machine, TrustAction, lines: string[]][] = [
  [
    'Debian, with a browser that was never started',
    machine({ programs: debian, files: ['/usr/local/share/ca-certificates/other.crt'] }),
    'trust',
    [
      `system: sudo install -m 644 FILE ${copy}`,
      'system: sudo update-ca-certificates',
      'chromium: mkdir -p -m 700 /home/anna/.pki/nssdb',
      `chromium: certutil -N --empty-password -d ${nss}`,
      `chromium: certutil -A -d ${nss} -t C,, -n LABEL -i FILE`,
    ],
  ],
  [
    'Debian as root, with Chromium and two profiles of Firefox',
    machine({
      programs: debian,
      isRoot: true,
      files: [
        '/usr/local/share/ca-certificates/other.crt',
        '/home/anna/.local/share/pki/nssdb/cert9.db',
        '/home/anna/.mozilla/firefox/a.default/cert9.db',
        '/home/anna/.mozilla/firefox/b.work/cert9.db',
        '/home/anna/.mozilla/firefox/profiles.ini',
      ],
    }),
    'trust',
    [
      `system: install -m 644 FILE ${copy}`,
      'system: update-ca-certificates',
      'chromium: certutil -A -d sql:/home/anna/.local/share/pki/nssdb -t C,, -n LABEL -i FILE',
      'firefox a.default: certutil -A -d sql:/home/anna/.mozilla/firefox/a.default -t C,, -n LABEL -i FILE',
      'firefox b.work: certutil -A -d sql:/home/anna/.mozilla/firefox/b.work -t C,, -n LABEL -i FILE',
    ],
  ],
  [
    'Debian, where it is in both',
    machine({ programs: debian, files: [copy, '/home/anna/.pki/nssdb/cert9.db'] }),
    'untrust',
    [
      `system: sudo rm ${copy}`,
      'system: sudo update-ca-certificates --fresh',
      `chromium: certutil -D -d ${nss} -n LABEL`,
    ],
  ],
  [
    'Debian, where it is in neither',
    machine({
      programs: debian,
      files: ['/usr/local/share/ca-certificates/other.crt'],
      succeeds: () => false,
    }),
    'untrust',
    [],
  ],
  [
    'Fedora without certutil',
    machine({ programs: ['update-ca-trust', 'sudo'], files: ['/etc/pki/ca-trust/source/anchors/other.pem'] }),
    'trust',
    [
      'system: sudo install -m 644 FILE /etc/pki/ca-trust/source/anchors/LABEL.crt',
      'system: sudo update-ca-trust extract',
    ],
  ],
  [
    'Arch',
    machine({ programs: ['trust'], isRoot: true, files: ['/etc/ca-certificates/trust-source/anchors/a'] }),
    'trust',
    [
      'system: install -m 644 FILE /etc/ca-certificates/trust-source/anchors/LABEL.crt',
      'system: trust extract-compat',
    ],
  ],
  ['a system that nobody knows', machine({}), 'trust', []],
  [
    'macOS',
    machine({ platform: 'darwin', home: '/Users/anna' }),
    'trust',
    [
      'keychain: security add-trusted-cert -r trustRoot -p ssl -k /Users/anna/Library/Keychains/login.keychain-db FILE',
    ],
  ],
  [
    'macOS',
    machine({ platform: 'darwin', home: '/Users/anna' }),
    'untrust',
    ['keychain: security delete-certificate -Z SHA1 -t /Users/anna/Library/Keychains/login.keychain-db'],
  ],
  ['Windows', machine({ platform: 'win32' }), 'trust', ['windows: certutil -user -addstore Root FILE']],
  ['Windows', machine({ platform: 'win32' }), 'untrust', ['windows: certutil -user -delstore Root SHA1']],
];

for (const [what, computer, action, lines] of cases) {
  test(`${action} on ${what}`, async (t) => {
    const authority = await localAuthority(temporaryFolder(t));
    const sha1 = authority.certificate.fingerprint.replaceAll(':', '');
    const label = `premier-${sha1.slice(0, 8).toLowerCase()}`;
    // The copy in a list of files is named as in the expected lines.
    const named: Machine = { ...computer, exists: (path) => computer.exists(path.replace(label, 'LABEL')) };
    const told = trustSteps(authority, action, named).flatMap(({ store, profile, commands }) =>
      commands.map((command) => `${[store, profile].filter(Boolean).join(' ')}: ${command.join(' ')}`),
    );
    const plain = told.map((line) =>
      line.replaceAll(authority.file, 'FILE').replaceAll(label, 'LABEL').replaceAll(sha1, 'SHA1'),
    );
    assert.deepEqual(plain, lines);
  });
}

test('it is known where browsers’ stores can’t be changed', () => {
  assert.equal(lacksCertutil(machine({})), true);
  assert.equal(lacksCertutil(machine({ programs: debian })), false);
  assert.equal(lacksCertutil(machine({ platform: 'darwin' })), false);
  assert.equal(lacksCertutil(machine({ platform: 'win32' })), false);
});
