/**
 * The stores in which systems and browsers keep the authorities they believe, and the commands that put one in or take it
 * out. In: an authority and what there is on this computer. Out: command lines; nothing is run before somebody says so.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Root } from './local-authority.js';

export type TrustAction = 'trust' | 'untrust';

/** One store, and what changes it. */
export interface TrustStep {
  store: 'system' | 'chromium' | 'firefox' | 'keychain' | 'windows';
  /** Which of Firefox's profiles. */
  profile?: string;
  commands: readonly (readonly [string, ...string[]])[];
}

/** What matters of a computer. */
export interface Machine {
  platform: NodeJS.Platform;
  home: string;
  isRoot: boolean;
  exists: (path: string) => boolean;
  /** The names in a folder; none where there is no such folder. */
  list: (folder: string) => readonly string[];
  hasCommand: (name: string) => boolean;
  /** Whether a command ends well; of those that change nothing. */
  succeeds: (command: readonly [string, ...string[]]) => boolean;
}

/** Where Linux distributions take further authorities from, and what makes them do it. */
const systems: { folder: string; update: [string, ...string[]]; afterRemoval: [string, ...string[]] }[] = [
  {
    folder: '/usr/local/share/ca-certificates',
    update: ['update-ca-certificates'],
    afterRemoval: ['update-ca-certificates', '--fresh'],
  },
  {
    folder: '/etc/pki/ca-trust/source/anchors',
    update: ['update-ca-trust', 'extract'],
    afterRemoval: ['update-ca-trust', 'extract'],
  },
  {
    folder: '/etc/ca-certificates/trust-source/anchors',
    update: ['trust', 'extract-compat'],
    afterRemoval: ['trust', 'extract-compat'],
  },
  {
    folder: '/usr/share/pki/trust/anchors',
    update: ['update-ca-certificates'],
    afterRemoval: ['update-ca-certificates'],
  },
];

/** What an authority is called in stores that have names. */
const labelOf = ({ certificate }: Root): string =>
  `premier-${certificate.fingerprint.replaceAll(':', '').slice(0, 8).toLowerCase()}`;

/** What is to be done on a computer, store by store. */
export function trustSteps(authority: Root, action: TrustAction, machine: Machine): TrustStep[] {
  if (machine.platform === 'darwin') return [keychainStep(authority, action, machine)];
  if (machine.platform === 'win32') return [windowsStep(authority, action)];
  return [...systemSteps(authority, action, machine), ...browserSteps(authority, action, machine)];
}

/** Whether there are browsers whose stores can't be changed for want of a program. */
export const lacksCertutil = (machine: Machine): boolean =>
  machine.platform !== 'darwin' && machine.platform !== 'win32' && !machine.hasCommand('certutil');

function keychainStep({ file, certificate }: Root, action: TrustAction, { home }: Machine): TrustStep {
  const keychain = `${home}/Library/Keychains/login.keychain-db`;
  const sha1 = certificate.fingerprint.replaceAll(':', '');
  return {
    store: 'keychain',
    commands: [
      action === 'trust'
        ? ['security', 'add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', '-k', keychain, file]
        : ['security', 'delete-certificate', '-Z', sha1, '-t', keychain],
    ],
  };
}

function windowsStep({ file, certificate }: Root, action: TrustAction): TrustStep {
  const sha1 = certificate.fingerprint.replaceAll(':', '');
  return {
    store: 'windows',
    commands: [
      action === 'trust'
        ? ['certutil', '-user', '-addstore', 'Root', file]
        : ['certutil', '-user', '-delstore', 'Root', sha1],
    ],
  };
}

function systemSteps(authority: Root, action: TrustAction, machine: Machine): TrustStep[] {
  const asRoot = (...command: [string, ...string[]]): [string, ...string[]] =>
    machine.isRoot || !machine.hasCommand('sudo') ? command : ['sudo', ...command];
  const found = systems.find(
    ({ folder, update: [program] }) => machine.exists(folder) && machine.hasCommand(program),
  );
  if (!found) return [];
  const copy = `${found.folder}/${labelOf(authority)}.crt`;
  if (action === 'trust') {
    const commands = [asRoot('install', '-m', '644', authority.file, copy), asRoot(...found.update)];
    return [{ store: 'system', commands }];
  }
  if (!machine.exists(copy)) return [];
  return [{ store: 'system', commands: [asRoot('rm', copy), asRoot(...found.afterRemoval)] }];
}

/** The stores of NSS: one that Chromium shares with others, and one in each profile of Firefox. */
function browserSteps(authority: Root, action: TrustAction, machine: Machine): TrustStep[] {
  if (!machine.hasCommand('certutil')) return [];
  const label = labelOf(authority);
  const stores: (Omit<TrustStep, 'commands'> & { folder: string })[] = [
    ...chromiumFolders(machine).map((folder) => ({ store: 'chromium' as const, folder })),
    ...firefoxProfiles(machine).map((folder) => ({
      store: 'firefox' as const,
      folder,
      profile: folder.slice(folder.lastIndexOf('/') + 1),
    })),
  ];
  return stores.flatMap(({ folder, ...step }): TrustStep[] => {
    const database = `sql:${folder}`;
    if (action === 'trust') {
      const make: [string, ...string[]][] = machine.exists(`${folder}/cert9.db`)
        ? []
        : [
            ['mkdir', '-p', '-m', '700', folder],
            ['certutil', '-N', '--empty-password', '-d', database],
          ];
      const add = ['certutil', '-A', '-d', database, '-t', 'C,,', '-n', label, '-i', authority.file] as const;
      return [{ ...step, commands: [...make, add] }];
    }
    if (!machine.succeeds(['certutil', '-L', '-d', database, '-n', label])) return [];
    return [{ ...step, commands: [['certutil', '-D', '-d', database, '-n', label]] }];
  });
}

/** Chromium takes the first of these that is there, and makes the first where none is. */
function chromiumFolders({ home, exists }: Machine): string[] {
  const usual = [`${home}/.pki/nssdb`, `${home}/.local/share/pki/nssdb`];
  const snap = `${home}/snap/chromium/current/.pki/nssdb`;
  return [usual.find(exists) ?? `${home}/.pki/nssdb`, ...(exists(snap) ? [snap] : [])];
}

function firefoxProfiles({ home, exists, list }: Machine): string[] {
  const homes = [
    `${home}/.mozilla/firefox`,
    `${home}/.config/mozilla/firefox`,
    `${home}/snap/firefox/common/.mozilla/firefox`,
    `${home}/.var/app/org.mozilla.firefox/.mozilla/firefox`,
  ];
  return homes
    .flatMap((folder) => list(folder).map((name) => `${folder}/${name}`))
    .filter((folder) => exists(`${folder}/cert9.db`));
}

/** The computer this runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    home: homedir(),
    isRoot: process.getuid?.() === 0,
    exists: existsSync,
    list: (folder) => {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
    hasCommand,
    succeeds: ([program, ...args]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0,
  };
}

function hasCommand(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs one command of a step; tells the reason where it fails. */
export function runCommand([program, ...args]: readonly [string, ...string[]]): string | undefined {
  // It may ask for a password.
  const { status, signal, error } = spawnSync(program, args, { stdio: ['inherit', 'ignore', 'inherit'] });
  if (error) return error.message;
  return status === 0 ? undefined : `${program}: ${signal ?? status}`;
}
