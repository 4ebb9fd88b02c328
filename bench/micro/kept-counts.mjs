// What became of counts of instructions since they were kept. In: counts, as plain data. Out: the same, and text.

/** More than this share above what was kept is a loss that fails the check. */
const allowed = 0.03;

/** [{ name, count, before, verdict }]; verdict is 'more', 'less', 'same', or 'unknown' where nothing was kept. */
export function changes(counts, kept = {}) {
  return Object.entries(counts).map(([name, count]) => {
    const before = kept[name];
    if (before === undefined) return { name, count, verdict: 'unknown' };
    const ratio = count / before;
    const verdict = ratio > 1 + allowed ? 'more' : ratio < 1 - allowed ? 'less' : 'same';
    return { name, count, before, verdict };
  });
}

/** A line for each. */
export function report(found) {
  const width = Math.max(...found.map(({ name }) => name.length)) + 2;
  return found
    .map(({ name, count, before, verdict }) => {
      const compared = before === undefined ? '' : `${((count / before - 1) * 100).toFixed(1)} %`.padStart(9);
      const mark = verdict === 'same' ? '' : `  ${verdict}`;
      return `${name.padEnd(width)}${count.toLocaleString('en-US').padStart(12)}${compared}${mark}`;
    })
    .join('\n');
}
