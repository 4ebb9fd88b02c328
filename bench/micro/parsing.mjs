// Nanoseconds per byte that the request parser takes for benign and for hostile streams, in segments of several
// lengths. A hostile stream may cost at most five times what a benign one costs at the same size and segmentation.
import { RequestParser } from '../../dist/http1/request-parser.js';
import { benign, hostile, toBuffer } from './inputs.mjs';
import { nanoseconds } from './stopwatch.mjs';

/** Lengths of segments in bytes: a read of Node's, one of Ethernet's, a trickle. */
const segmentations = [65_536, 1460, 64, 1];

export const worstRatio = 5;

const sink = {
  onHead: () => false,
  onBody() {},
  onEnd() {},
};

function cut(bytes, length) {
  const segments = [];
  for (let i = 0; i < bytes.length; i += length) segments.push(bytes.subarray(i, i + length));
  return segments;
}

/** Reads segments to the end or to a refusal; gives how many bytes were given to the parser, and the refusal's code. */
function read(segments) {
  // Some of the streams have more fields in a head than a server lets in.
  const parser = new RequestParser(sink, { maxFields: 0 });
  let given = 0;
  try {
    for (const segment of segments) {
      given += segment.length;
      parser.execute(segment);
    }
  } catch (error) {
    return { given, refusal: error.code ?? String(error) };
  }
  return { given, refusal: null };
}

/** [{ name, kind, segment, bytes, refusal, perByte, ratio }] in the order of the inputs; ratio to the first benign one. */
export function measureParsing({ size, only, timing }) {
  const figures = [];
  for (const segment of segmentations) {
    let reference;
    for (const [kind, inputs] of Object.entries({ benign, hostile })) {
      for (const [name, make] of Object.entries(inputs)) {
        if (reference && !name.includes(only)) continue;
        const segments = cut(toBuffer(make(size)), segment);
        const { given, refusal } = read(segments);
        const perByte = nanoseconds(() => read(segments), timing) / given;
        reference ??= perByte;
        figures.push({ name, kind, segment, bytes: given, refusal, perByte, ratio: perByte / reference });
      }
    }
  }
  return figures;
}

/** A line for each input, a column for each segmentation. */
export function parsingTable(figures) {
  const names = [...new Set(figures.map(({ name }) => name))];
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const head = `${'ns per byte (× the first), in segments of'.padEnd(width)}${segmentations
    .map((segment) => `${segment} B`.padStart(17))
    .join('')}`;
  const lines = names.map((name) => {
    const of = figures.filter((figure) => figure.name === name);
    const cells = of.map(({ perByte, ratio, kind }) => {
      const mark = kind === 'hostile' && ratio > worstRatio ? ' !' : '  ';
      return `${perByte.toFixed(2)} (${ratio.toFixed(2)})${mark}`.padStart(17);
    });
    const refusals = [...new Set(of.map(({ refusal }) => refusal))].filter(Boolean);
    return `${name.padEnd(width)}${cells.join('')}  ${refusals.join(' ')}`;
  });
  return [head, ...lines].join('\n');
}
