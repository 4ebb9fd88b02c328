// The imports between the files of src/, as they are written, and the circles among them.
// In: the text of the files. Out: who imports what, and in which way: for its values, for its types only, or at run
// time with `import()`. All three count: who must read the other file to understand this one is what matters here.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

export interface Import {
  /** Path of the importing file below src/, with `/`. */
  file: string;
  /** What is imported, as it is written. */
  specifier: string;
  /** The path below src/ of the file that is imported; null when it is none of ours. */
  target: string | null;
  kind: 'value' | 'type' | 'dynamic';
}

/** Comments that begin a line: what stands in them is not imported. */
const comments = /^[ \t]*(?:\/\*.*?\*\/|\/\/[^\n]*$)/gms;
/** A word within a text, as `'watch:import'`, is none. */
const statements =
  /\bimport\s*\(\s*'([^']+)'|(?<!:)\b(?:import|export)(\s+type\b)?\s*(?:[^'";()]*?\bfrom\s+)?'([^']+)'/g;

/** The imports that one file's text makes. */
export function importsIn(file: string, text: string): Import[] {
  return [...text.replace(comments, '').matchAll(statements)].map(([, dynamic, type, specifier]) => {
    const name = (dynamic ?? specifier) as string;
    const path = posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts');
    return {
      file,
      specifier: name,
      target: name.startsWith('.') ? path : null,
      kind: dynamic ? 'dynamic' : type ? 'type' : 'value',
    };
  });
}

/** Every import of src/. */
export function imports(): Import[] {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => importsIn(relative(source, path).split(sep).join('/'), readFileSync(path, 'utf8')));
}

/** The shortest way from one file to another, as the imports it takes; null where there is none. */
function shortestWay(from: string, to: string, importsOf: Map<string, Import[]>): Import[] | null {
  const cameBy = new Map<string, Import>();
  const queue = [from];
  for (const file of queue) {
    for (const step of importsOf.get(file) ?? []) {
      const target = step.target as string;
      if (target === to) {
        const way = [step];
        for (let at = file; at !== from; at = (way[0] as Import).file) way.unshift(cameBy.get(at) as Import);
        return way;
      }
      if (cameBy.has(target) || target === from) continue;
      cameBy.set(target, step);
      queue.push(target);
    }
  }
  return null;
}

/** How a circle is told: beginning with the file whose path comes first, so that it is told in one way only. */
function told(circle: Import[]): string {
  const files = circle.map(({ file }) => file);
  const first = files.indexOf([...files].sort()[0] as string);
  const turned = [...circle.slice(first), ...circle.slice(0, first)];
  const word = { value: 'imports', type: 'imports types of', dynamic: 'imports at run time' };
  return `${turned.map(({ file, kind }) => `${file} ${word[kind]} `).join('')}${files[first]}`;
}

/** For each import that is part of a circle, the shortest circle that it is part of; the short ones first. */
export function circlesOf(all: Import[]): string[] {
  const importsOf = new Map<string, Import[]>();
  for (const step of all) {
    if (step.target === null) continue;
    importsOf.set(step.file, [...(importsOf.get(step.file) ?? []), step]);
  }
  const circles = new Map<string, number>();
  for (const step of [...importsOf.values()].flat()) {
    const back = step.target === step.file ? [] : shortestWay(step.target as string, step.file, importsOf);
    if (back !== null) circles.set(told([step, ...back]), 1 + back.length);
  }
  return [...circles].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1)).map(([circle]) => circle);
}
