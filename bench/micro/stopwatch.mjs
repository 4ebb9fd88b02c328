// How long a piece of work takes, on a machine that also does other things: the least of several samples, since what
// disturbs a sample can only make it longer.

const elapsed = (work, calls) => {
  const start = performance.now();
  for (let i = 0; i < calls; i++) work();
  return performance.now() - start;
};

/** Nanoseconds of one call of `work`, after it has run for `warm` ms; the least of samples of at least `each` ms. */
export function nanoseconds(work, { samples, each, warm }) {
  let calls = 0;
  for (const end = performance.now() + warm; performance.now() < end || calls === 0; calls++) work();
  calls = Math.max(1, Math.round((calls * each) / warm));
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < samples; i++) least = Math.min(least, elapsed(work, calls) / calls);
  return least * 1e6;
}
