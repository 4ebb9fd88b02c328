// Whose code a sample of `perf` fell in. In: the lines of `perf script -F ip,sym,dso`. Out: how many samples each party has,
// and each of their functions. What V8 compiled into a function of another counts as that other's.

/** Who takes a server's processor time, in the order in which they are printed. */
export const parties = [
  'kernel',
  'encryption',
  'libuv and libc',
  'Node, C++',
  'Node, JavaScript',
  'V8',
  "V8's collector",
  'libraries',
  'program',
  'premier',
];

const COLLECTOR =
  /Scaveng|MarkCompact|Sweep|Marking|Evacuat|v8::internal::Heap|GCTracer|YoungGen|WorkStealing|Worklist|SemiSpace|RootVisitor|RememberedSet|ArrayBufferSweeper|PretenuringHandler|Spaces?::|Builtins_RecordWrite/;
const ENCRYPTION =
  /^_*(aes|gcm|ghash|EVP|SSL|OSSL|tls\d|BIO|CRYPTO|bn_|ec_|ecp_|sha\d|OPENSSL|ERR_|x25519|chacha|fe_|ge_|asn1|x509|w?packet_|pkey|rsa|cmov|(read_|write_)?state_machine)/i;

/** A function that V8 compiled: `JS:*'name file:line:column`, as its map for perf has it. */
function compiled(symbol) {
  if (/ node:[\w/]+:\d+:\d+$/.test(symbol)) return 'Node, JavaScript';
  if (/\/dist\/[\w./-]+:\d+:\d+$/.test(symbol) && !symbol.includes('/node_modules/')) return 'premier';
  if (symbol.includes('/node_modules/')) return 'libraries';
  return /:\d+:\d+$/.test(symbol) ? 'program' : 'V8';
}

/** @param where - the file that perf found the symbol in */
export function partyOf(symbol, where) {
  if (/^\[(kernel|vdso|guest)|\.ko$/.test(where)) return 'kernel';
  if (/perf-\d+\.map$|^\[?(anon|JIT)/.test(where)) return compiled(symbol);
  if (/\/(libc|libm|libpthread|ld-linux)[.-]/.test(where)) return 'libuv and libc';
  if (COLLECTOR.test(symbol)) return "V8's collector";
  if (/^(Builtins_|v8::|non-virtual thunk to v8::|v8_)/.test(symbol)) return 'V8';
  if (/^uv_/.test(symbol)) return 'libuv and libc';
  if (ENCRYPTION.test(symbol)) return 'encryption';
  return 'Node, C++';
}

const SAMPLE = /^\s*[0-9a-f]+ (.*) \((.*?)\)\s*$/;

/** Counts the samples in a text of perf's: { samples, parties: party → { samples, functions: symbol → samples } }. */
export function countSamples(text) {
  const counted = Object.fromEntries(parties.map((party) => [party, { samples: 0, functions: {} }]));
  let samples = 0;
  for (const line of text.split('\n')) {
    const [, symbol, where] = SAMPLE.exec(line) ?? [];
    if (symbol === undefined) continue;
    const { functions } = counted[partyOf(symbol, where)];
    counted[partyOf(symbol, where)].samples++;
    functions[symbol] = (functions[symbol] ?? 0) + 1;
    samples++;
  }
  return { samples, parties: counted };
}
