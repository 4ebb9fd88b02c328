// The kinds of options, and how to write one down. In: what an option is. Out: a row for the table in options.ts.
import type { Messages, Text } from './language.js';

/** Parts of `--help`, in their order. */
export const groups = ['listening', 'https', 'folder', 'program', 'access', 'operation', 'output'] as const;
export type Group = (typeof groups)[number];

interface Common {
  group: Group;
  short?: string;
  /** Set when the option has a meaning for one kind of target only. */
  only?: 'folder' | 'program';
  /** What does for the other kind of target what this does for its own. */
  twin?: string;
  about: Text;
}

/** An option that is there or not. */
export interface Flag extends Common {
  kind: 'flag';
}

/** An option with a value. */
export interface Valued<Value> extends Common {
  kind: 'valued';
  /** What stands for the value in the help. */
  argument: Text;
  /** The value may be left out, and then stands for this. */
  bare?: string;
  /** With a bare form, the next word is the value only if this says so; else it is the folder or program. */
  isValue?: (word: string) => boolean;
  repeatable?: boolean;
  /** An environment variable that gives the value where the option doesn't. */
  environment?: string;
  /** The value where nothing gives one, as one would write it. */
  fallback?: string;
  read: (text: string, option: string, say: Messages) => Value;
}

export type Option = Flag | Valued<unknown>;

export const flag = (option: Omit<Flag, 'kind'>): Flag => ({ kind: 'flag', ...option });
export const valued = <Value>(option: Omit<Valued<Value>, 'kind'>): Valued<Value> => ({
  kind: 'valued',
  ...option,
});
/** An option with a value that is always known, thanks to its default. */
export const settled = <Value>(option: Omit<Valued<Value>, 'kind'> & { fallback: string }) => ({
  kind: 'valued' as const,
  ...option,
});
export const list = <Value>(option: Omit<Valued<Value>, 'kind' | 'repeatable'>) => ({
  kind: 'valued' as const,
  repeatable: true as const,
  ...option,
});
export const word = (en: string, fr = en): Text => ({ en, fr });
