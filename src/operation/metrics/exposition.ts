/**
 * Metrics as text: the exposition format of Prometheus, and OpenMetrics 1.0.
 *
 * In: totals, and the gauges of each process. Out: the text that a scrape gets.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
import {
  type Family,
  type FamilyName,
  familyEntries,
  type GaugeFamily,
  type HistogramFamily,
} from './families.js';
import type { Gauges } from './process-metrics.js';
import { type Labels, label, type Tally } from './tally.js';

export type ExpositionFormat = 'prometheus' | 'openmetrics';

export const contentTypes: Record<ExpositionFormat, string> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The format that a scrape asks for with its Accept field: OpenMetrics where it is named, and plain text not liked better. */
export function formatFor(accept = ''): ExpositionFormat {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.map((parameter) => /^q\s*=\s*([\d.]+)$/.exec(parameter)?.[1]);
    return { type, weight: Number(weight.find((value) => value !== undefined) ?? 1) };
  });
  const likedBy = (wanted: string) =>
    Math.max(0, ...ranges.filter(({ type }) => type === wanted).map(({ weight }) => weight));
  const open = likedBy('application/openmetrics-text');
  return open > 0 && open >= likedBy('text/plain') ? 'openmetrics' : 'prometheus';
}

/** @param gauges - those of each process, by its name */
export function expose(tally: Tally, gauges: ReadonlyMap<string, Gauges>, format: ExpositionFormat): string {
  let text = '';
  for (const [name, family] of familyEntries) {
    const samples = samplesOf(name, family, tally, gauges, format);
    if (samples !== '') text += headOf(name, family, format) + samples;
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function headOf(name: FamilyName, { type, help, unit }: Family, format: ExpositionFormat): string {
  const isOpen = format === 'openmetrics';
  const shown = type === 'counter' && !isOpen ? `${name}_total` : name;
  const unitLine = isOpen && unit !== undefined ? `# UNIT ${shown} ${unit}\n` : '';
  return `# HELP ${shown} ${help}\n# TYPE ${shown} ${type}\n${unitLine}`;
}

function samplesOf(
  name: FamilyName,
  family: Family,
  tally: Tally,
  gauges: ReadonlyMap<string, Gauges>,
  format: ExpositionFormat,
): string {
  if (family.type === 'gauge') return gaugeSamples(name, family, gauges);
  let text = '';
  for (const [labels, cells] of tally.of(name)) {
    if (family.type === 'histogram') text += histogramSamples(name, family, labels, cells, format);
    else text += sample(`${name}_total`, labels, cells[0] as number);
  }
  return text;
}

function gaugeSamples(name: FamilyName, { of }: GaugeFamily, gauges: ReadonlyMap<string, Gauges>): string {
  let sum = 0;
  let known = false;
  let text = '';
  for (const [process, values] of gauges) {
    const value = values[name];
    if (value === undefined) continue;
    known = true;
    sum += value;
    text += sample(name, label('worker', process), value);
  }
  if (of === 'each') return text;
  return known ? sample(name, '', sum) : '';
}

function histogramSamples(
  name: string,
  { bounds }: HistogramFamily,
  labels: Labels,
  cells: Float64Array,
  format: ExpositionFormat,
): string {
  let text = '';
  let count = 0;
  for (let i = 0; i <= bounds.length; i++) {
    count += cells[i] as number;
    const le = label('le', i < bounds.length ? boundText(bounds[i] as number, format) : '+Inf');
    text += sample(`${name}_bucket`, labels === '' ? le : `${labels},${le}`, count);
  }
  return (
    text +
    sample(`${name}_sum`, labels, cells[bounds.length + 1] as number) +
    sample(`${name}_count`, labels, count)
  );
}

/** OpenMetrics wants numbers of `le` to look like what they are: `1.0`. */
function boundText(bound: number, format: ExpositionFormat): string {
  return format === 'openmetrics' && Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function sample(name: string, labels: Labels, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`;
}
