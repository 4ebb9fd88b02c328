// The lines of figures in README.md and README.fr.md. In: the rows of the table in docs/performance.md. Out: three lines
// in each language, between their markers: where premier is faster, by how much, and where it is not.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/prepare.mjs';
import { measuredRows } from './chart.mjs';

export const begin = '<!-- figures: npm run bench -- --write-docs -->';
export const end = '<!-- /figures -->';

/** A row by the beginning of its title, on Node 24. */
function rowOf(rows, start) {
  const row = rows.find(({ title }) => title.startsWith(start) && title.endsWith('Node 24'));
  if (!row) throw new Error(`docs/performance.md has no row "${start}"`);
  return row;
}

const speech = {
  en: {
    number: (digits) => digits,
    // By the unit of what was compared.
    hello: {
      µs: ({ premier, baseline, ratio }) =>
        `takes ${premier} µs of processor time, on node:http ${baseline}: **${ratio} times** less`,
      'req/s': ({ premier, baseline, ratio }) =>
        `is answered ${premier} times a second, by node:http ${baseline}: **${ratio} times** as often`,
    },
    lines: ({ hello, express, https, fastify, latency, idle, buffer, upload, toFile }) => [
      `- A *hello* over keep-alive ${hello}; ${https.ratio} times over TLS, ${express.ratio} times in Express 5, ${fastify.ratio} times in Fastify 5.`,
      `- At the same load, 70 % of what node:http can take: p99 of **${latency.premier} ms** instead of ${latency.baseline}. An idle connection takes ${idle.premier} bytes instead of ${idle.baseline}.`,
      `- **Hardly faster, or slower**: one large buffer (1 MB: ${buffer.ratio} times) and large uploads (64 MB: ${upload.ratio} times, piped to a file ${toFile.ratio} times), where copies are nearly all there is.`,
    ],
  },
  fr: {
    number: (digits) => digits.replace(/,/g, '\u202f').replace('.', ','),
    hello: {
      µs: ({ premier, baseline, ratio }) =>
        `prend ${premier} µs de temps processeur, ${baseline} sur node:http, soit **${ratio} fois** moins`,
      'req/s': ({ premier, baseline, ratio }) =>
        `reçoit ${premier} réponses par seconde, ${baseline} sur node:http, soit **${ratio} fois** plus`,
    },
    lines: ({ hello, express, https, fastify, latency, idle, buffer, upload, toFile }) => [
      `- Un *hello* en keep-alive ${hello} ; ${https.ratio} fois sur TLS, ${express.ratio} fois avec Express 5, ${fastify.ratio} fois avec Fastify 5.`,
      `- À charge égale, 70 % de ce que node:http peut supporter : un p99 de **${latency.premier} ms** au lieu de ${latency.baseline}. Une connexion inactive prend ${idle.premier} octets au lieu de ${idle.baseline}.`,
      `- **À peine plus rapide, ou plus lent** : un seul grand tampon (1 Mo : ${buffer.ratio} fois) et les grands envois (64 Mo : ${upload.ratio} fois, vers un fichier ${toFile.ratio} fois), où presque tout est copie.`,
    ],
  },
};

const starts = {
  hello: 'hello, keep-alive',
  express: 'Express 5',
  https: 'https hello',
  fastify: 'Fastify',
  latency: 'p99 latency',
  idle: 'memory of an idle',
  buffer: '1 MB buffer',
  upload: 'upload of 64 MB, read',
  toFile: 'upload of 64 MB, piped',
};

/** The lines in a language. */
export function figureLines(rows, language) {
  const { number, hello, lines } = speech[language];
  const said = Object.entries(starts).map(([name, start]) => {
    const { baseline, premier, ratio } = rowOf(rows, start);
    return [name, { baseline: number(baseline), premier: number(premier), ratio: number(ratio.toFixed(2)) }];
  });
  const all = Object.fromEntries(said);
  const { unit } = rowOf(rows, starts.hello);
  return lines({ ...all, hello: hello[unit](all.hello) }).join('\n');
}

/** `text` with the part between the markers replaced. */
export function withFigures(text, part) {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`there are no lines "${begin}" and "${end}" between which to write`);
  return `${text.slice(0, from)}${begin}\n${part}\n${text.slice(to)}`;
}

/** Writes the lines into both READMEs, from the table that docs/performance.md has. */
export function writeFigures() {
  const rows = measuredRows(readFileSync(join(root, 'docs', 'performance.md'), 'utf8'));
  for (const [name, language] of [
    ['README.md', 'en'],
    ['README.fr.md', 'fr'],
  ]) {
    const file = join(root, name);
    writeFileSync(file, withFigures(readFileSync(file, 'utf8'), figureLines(rows, language)));
  }
}
