// How often each piece of work is done where its instructions are counted: until V8 has compiled it for good, which it does
// anew, after thousands of calls, where what came before was of another kind; and then so often that a collection of garbage
// more or less is no matter.

const counts = {
  usual: { warm: 15_000, each: 400 },
  exchanges: { warm: 750, each: 30 },
  /** Work that does a lot in one call. */
  large: { warm: 200, each: 10 },
};

export function callsOf(name) {
  if (name.startsWith('exchanges')) return counts.exchanges;
  return name.includes('64 kB') ? counts.large : counts.usual;
}
