/**
 * The Huffman code of HPACK (RFC 7541 §5.2 and Appendix B).
 *
 * In and out: octets, and strings with one character for each octet. The code is canonical: symbols in the order of
 * their lengths, then of their values, have codes that count upwards. So the lengths say all of Appendix B, and the
 * tables are computed from them. Decoding goes by a table of states, four bits a step: linear whatever the bits are.
 */
import { Buffer } from 'node:buffer';

/** Bits of the codes of the octets 0 to 255, sixteen a row, then of EOS. */
const CODE_LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
]; // biome-ignore format: sixteen a row

const EOS = 256;
const LENGTHS = Uint8Array.from(CODE_LENGTHS);
const CODES = canonicalCodes();

function canonicalCodes(): Uint32Array {
  const codes = new Uint32Array(LENGTHS.length);
  const symbols = [...LENGTHS.keys()].sort((a, b) => LENGTHS[a] - LENGTHS[b] || a - b);
  let code = 0;
  let length = 0;
  for (const symbol of symbols) {
    code <<= LENGTHS[symbol] - length;
    length = LENGTHS[symbol];
    codes[symbol] = code++;
  }
  return codes;
}

/** The tree of codes: a node's two children lie at twice its number; a leaf is the complement of its symbol. */
function codeTree(): Int16Array {
  const children = new Int16Array(2 * EOS);
  let nodes = 1;
  for (const [symbol, length] of LENGTHS.entries()) {
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const edge = 2 * node + ((CODES[symbol] >>> bit) & 1);
      if (children[edge] === 0) children[edge] = nodes++;
      node = children[edge];
    }
    children[2 * node + (CODES[symbol] & 1)] = ~symbol;
  }
  return children;
}

/** Of a step: the next state, whether an octet is complete, which one, whether the bits are none of a string. */
const NEXT = 0xff;
const COMPLETE = 0x100;
const INVALID = 0x200;
const OCTET_SHIFT = 16;
const STEP_BITS = 4;

/**
 * A step for each node of the tree and each four bits. The shortest code has five bits, so that a step completes one
 * octet at most.
 */
function decodingSteps(): Uint32Array {
  const children = codeTree();
  const steps = new Uint32Array(EOS << STEP_BITS);
  for (let state = 0; state < EOS; state++) {
    for (let bits = 0; bits < 1 << STEP_BITS; bits++) {
      let node = state;
      let step = 0;
      for (let bit = STEP_BITS - 1; bit >= 0; bit--) {
        node = children[2 * node + ((bits >>> bit) & 1)];
        if (node >= 0) continue;
        const symbol = ~node;
        // "A Huffman-encoded string literal containing the EOS symbol MUST be treated as a decoding error."
        step |= symbol === EOS ? INVALID : COMPLETE | (symbol << OCTET_SHIFT);
        node = 0;
      }
      steps[(state << STEP_BITS) | bits] = step | node;
    }
  }
  return steps;
}

/**
 * The states in which a string may end: "padding not corresponding to the most significant bits of the code for the
 * EOS symbol" is an error, and so is "a padding strictly longer than 7 bits".
 */
function finalStates(): Uint8Array {
  const children = codeTree();
  const final = new Uint8Array(EOS);
  for (let bits = 0, node = 0; bits < 8; bits++, node = children[2 * node + 1]) final[node] = 1;
  return final;
}

/** Worked out when a string first comes. */
let steps: Uint32Array | undefined;
let final: Uint8Array | undefined;

/** The shortest code has five bits: no more octets than this come out of one that went in. */
const EXPANSION = 8 / 5;
const SCRATCH_BYTES = 1024;
const scratch = Buffer.allocUnsafe(SCRATCH_BYTES);

/** The string of the octets from `start` to `end`; null where they are not the code of any. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | null {
  const most = Math.ceil((end - start) * EXPANSION);
  const text = most <= scratch.length ? scratch : Buffer.allocUnsafe(most);
  let length = 0;
  let state = 0;
  let wrong = 0;
  steps ??= decodingSteps();
  final ??= finalStates();
  for (let i = start; i < end; i++) {
    const octet = bytes[i];
    const high = steps[(state << STEP_BITS) | (octet >>> STEP_BITS)];
    if ((high & COMPLETE) !== 0) text[length++] = high >>> OCTET_SHIFT;
    const low = steps[((high & NEXT) << STEP_BITS) | (octet & 0xf)];
    if ((low & COMPLETE) !== 0) text[length++] = low >>> OCTET_SHIFT;
    state = low & NEXT;
    wrong |= high | low;
  }
  if ((wrong & INVALID) !== 0 || final[state] !== 1) return null;
  return text.toString('latin1', 0, length);
}

/** Octets of the code of `text`. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += LENGTHS[text.charCodeAt(i) & 0xff];
  return (bits + 7) >>> 3;
}

/** Writes the code of `text` (latin1) at `start`, where `huffmanLength(text)` octets are free; gives the index after it. */
export function encodeHuffman(text: string, bytes: Uint8Array, start: number): number {
  let at = start;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    let code = CODES[symbol];
    let length = LENGTHS[symbol];
    if (length > 24) {
      // Fewer than eight bits wait, and a number of 32 bits holds them and 24 more.
      pending = (pending << (length - 16)) | (code >>> 16);
      for (bits += length - 16; bits >= 8; bits -= 8) bytes[at++] = pending >>> (bits - 8);
      code &= 0xffff;
      length = 16;
    }
    pending = (pending << length) | code;
    for (bits += length; bits >= 8; bits -= 8) bytes[at++] = pending >>> (bits - 8);
    pending &= 0xff;
  }
  // "The most significant bits of the code for the EOS symbol", which are ones, fill the last octet.
  if (bits > 0) bytes[at++] = (pending << (8 - bits)) | (0xff >>> bits);
  return at;
}
