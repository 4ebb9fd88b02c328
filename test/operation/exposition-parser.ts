// Parses the text of metrics as strictly as its two formats are written down; throws at whatever they forbid.
// In: the text of a scrape. Out: its samples, by family.
import assert from 'node:assert/strict';

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Parsed {
  type: string;
  help: string;
  unit: string | undefined;
  samples: Sample[];
}

const comment = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$/;
const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;

function labelsIn(text: string | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPair.lastIndex = 0;
  for (let at = 0; at < (text ?? '').length; at = labelPair.lastIndex) {
    labelPair.lastIndex = at;
    const found = labelPair.exec(text as string);
    assert.ok(found, `labels: ${text}`);
    const [, name = '', value = '', end] = found;
    assert.ok(!Object.hasOwn(labels, name) && !name.startsWith('__'), `label ${name}`);
    assert.ok(end === '' || labelPair.lastIndex < (text as string).length, 'a comma at the end');
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

const suffixes: Record<string, string[]> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

export function parse(text: string, format: 'prometheus' | 'openmetrics'): Map<string, Parsed> {
  const families = new Map<string, Parsed>();
  assert.ok(text.endsWith('\n'));
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics') assert.equal(lines.pop(), '# EOF');
  const seen = new Set<string>();
  let present = '';
  for (const each of lines) {
    assert.notEqual(each, '', 'an empty line');
    if (each.startsWith('#')) {
      const [, kind, name = '', rest = ''] = comment.exec(each) ?? assert.fail(each);
      if (kind === 'HELP') {
        assert.ok(!families.has(name), `${name} twice`);
        families.set(name, { type: '', help: rest, unit: undefined, samples: [] });
        present = name;
      }
      const family = families.get(present) as Parsed;
      assert.equal(name, present);
      assert.equal(family.samples.length, 0);
      if (kind === 'TYPE') family.type = rest;
      if (kind === 'UNIT') {
        assert.equal(format, 'openmetrics');
        assert.ok(name.endsWith(`_${rest}`), `${name} ends with its unit`);
        family.unit = rest;
      }
      continue;
    }
    const [, name = '', labels, value = ''] = line.exec(each) ?? assert.fail(each);
    const family = families.get(present) ?? assert.fail(each);
    const base =
      format === 'prometheus' && family.type === 'counter' ? present.replace(/_total$/, '') : present;
    assert.ok(
      suffixes[family.type]?.some((suffix) => name === base + suffix),
      `${name} in ${present}`,
    );
    assert.match(value, /^(-?\d+(\.\d+)?(e[+-]?\d+)?|\+Inf|NaN)$/);
    assert.ok(!seen.has(`${name}{${labels}}`), `${each} twice`);
    seen.add(`${name}{${labels}}`);
    family.samples.push({ name, labels: labelsIn(labels), value: Number(value.replace('+Inf', 'Infinity')) });
  }
  for (const [name, family] of families) {
    assert.ok(family.type in suffixes && family.samples.length > 0, name);
    if (family.type !== 'gauge') for (const { value } of family.samples) assert.ok(value >= 0);
    if (family.type === 'histogram') checkHistogram(name, family, format);
  }
  return families;
}

/** Buckets grow, end with `+Inf`, and that is the count. */
function checkHistogram(name: string, { samples }: Parsed, format: string): void {
  const series = new Map<string, { bounds: string[]; counts: number[]; sum?: number; count?: number }>();
  for (const { name: sampleName, labels, value } of samples) {
    const { le, ...others } = labels;
    const key = JSON.stringify(others);
    const found = series.get(key) ?? { bounds: [], counts: [] };
    series.set(key, found);
    if (sampleName.endsWith('_sum')) found.sum = value;
    else if (sampleName.endsWith('_count')) found.count = value;
    else {
      found.bounds.push(le ?? assert.fail('a bucket without le'));
      found.counts.push(value);
    }
  }
  for (const { bounds, counts, sum, count } of series.values()) {
    assert.equal(bounds.at(-1), '+Inf');
    const numbers = bounds.map((bound) => Number(bound.replace('+Inf', 'Infinity')));
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
      name,
    );
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
      name,
    );
    assert.equal(counts.at(-1), count);
    assert.equal(typeof sum, 'number');
    if (format === 'openmetrics') for (const bound of bounds) assert.match(bound, /\.|\+Inf/);
  }
}
