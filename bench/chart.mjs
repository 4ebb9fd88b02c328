// The chart of docs/performance.md and README.md. In: the rows of the table in docs/performance.md, which `--write-docs`
// wrote. Out: docs/performance-light.svg and docs/performance-dark.svg: premier beside node:http, whose bar is 1.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/prepare.mjs';

const themes = {
  light: {
    ground: '#ffffff',
    ink: '#1f2328',
    faint: '#656d76',
    line: '#d0d7de',
    more: '#1a7f64',
    less: '#bc4c00',
  },
  dark: {
    ground: '#0d1117',
    ink: '#e6edf3',
    faint: '#8d96a0',
    line: '#30363d',
    more: '#3fb68b',
    less: '#f0883e',
  },
};

/** The chart's own measures, in its units; text is about 6.6 wide a character. */
const width = 760;
const labels = 330;
const rowHeight = 26;
const top = 64;
/** Ratios beyond it would make all others short: they end in the open, and their number says how far they go. */
const most = 2.5;

/** The rows of the first table: { title, unit, baseline, premier, ratio }. */
export function measuredRows(text) {
  const lines = text.slice(text.indexOf('| work | unit |')).split('\n');
  const body = lines.slice(2, lines.indexOf(''));
  return body.map((line) => {
    const [title, unit, baseline, premier, ratio] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { title, unit, baseline, premier, ratio: Number(ratio) };
  });
}

/** What the ratios are of: processor time, or answers a second. */
const captions = {
  time: {
    label: "Processor time for the same work: node:http's as a multiple of premier's",
    title: 'Processor time of node:http for the same work, as a multiple of premier’s',
    note: 'the same program on the same Node, side by side; longer is better',
  },
  answers: {
    label: 'Answers a second: premier as a multiple of node:http',
    title: 'Answers a second, as a multiple of node:http',
    note: 'the same program on the same Node, measured in turn; longer is better',
  },
};

const kindOf = ({ unit }) => (unit === 'µs' ? 'time' : /\/s$/.test(unit) ? 'answers' : null);

/** Those whose ratio is one of speed, in the order in which they were measured. */
const shown = (rows) => rows.filter((row) => kindOf(row) !== null && !row.title.includes('floor'));

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const text = (x, y, string, attributes) => `<text x="${x}" y="${y}" ${attributes}>${escaped(string)}</text>`;

function bar({ title, baseline, premier, ratio, unit }, index, colours) {
  const y = top + index * rowHeight;
  const scale = (width - labels - 70) / most;
  const length = Math.min(ratio, most) * scale;
  const beyond = ratio > most ? ' →' : '';
  const name = title.replace(/, Node 24$/, '').replace("read with on('data'), parsed, answered", 'parsed');
  return [
    `<g><title>${escaped(`${title}: node:http ${baseline}, premier ${premier} ${unit}`)}</title>`,
    text(labels - 12, y + 17, name, `text-anchor="end" fill="${colours.ink}"`),
    `<rect x="${labels}" y="${y + 5}" width="${length.toFixed(1)}" height="${rowHeight - 10}" rx="2" fill="${ratio < 1 ? colours.less : colours.more}"/>`,
    text(
      (labels + length + 6).toFixed(1),
      y + 17,
      ratio.toFixed(2) + beyond,
      `fill="${colours.ink}" font-weight="600"`,
    ),
    '</g>',
  ].join('');
}

/** The chart of these rows, as SVG. */
export function chart(rows, theme) {
  const colours = themes[theme];
  const bars = shown(rows);
  const caption = captions[kindOf(bars[0])];
  const one = labels + (width - labels - 70) / most;
  const bottom = top + bars.length * rowHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 34}" width="${width}" height="${bottom + 34}" role="img" aria-label="${caption.label}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="${colours.ground}"/>`,
    text(20, 28, caption.title, `fill="${colours.ink}" font-size="16" font-weight="600"`),
    text(20, 48, caption.note, `fill="${colours.faint}"`),
    `<line x1="${one}" x2="${one}" y1="${top}" y2="${bottom + 4}" stroke="${colours.faint}" stroke-dasharray="3 3"/>`,
    ...bars.map((row, index) => bar(row, index, colours)),
    text(one, bottom + 20, 'node:http', `text-anchor="middle" fill="${colours.faint}"`),
    '</svg>\n',
  ].join('\n');
}

/** Draws the charts again from the table that docs/performance.md has. */
export function drawCharts() {
  const rows = measuredRows(readFileSync(join(root, 'docs', 'performance.md'), 'utf8'));
  for (const theme of Object.keys(themes)) {
    writeFileSync(join(root, 'docs', `performance-${theme}.svg`), chart(rows, theme));
  }
}
