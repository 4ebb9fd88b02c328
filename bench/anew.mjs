// Rows of a run of the bench that were measured once more, or that it did not have. In: what two runs wrote, and the ids of all
// rows in their order. Out: the earlier one with the later one's rows in their places, and when they were measured. Never joins
// what was measured on two machines or with two lines of Node.

export function measuredAnew(earlier, later, order) {
  for (const name of ['cpu', 'system', 'nodes']) {
    const [then, now] = [earlier, later].map(({ environment }) => String(environment[name]));
    // What premier weighs is not of a line.
    if (now !== '' && now !== then && !then.split(',').includes(now))
      throw new Error(`The rows were measured with ${then}, and this is ${now}: measure all of them.`);
  }
  const names = later.rows.map(({ id }) => id).concat(later.weight ? ['weight'] : []);
  const isAnew = (failure) => names.some((name) => failure.startsWith(`${name}:`));
  const { environment } = earlier;
  const noted = { date: later.environment.date, rows: names };
  return {
    ...earlier,
    environment: { ...environment, anew: [...(environment.anew ?? []), noted] },
    rows: inOrder([...earlier.rows.filter(({ id }) => !names.includes(id)), ...later.rows], order),
    weight: later.weight ?? earlier.weight,
    failures: [...earlier.failures.filter((failure) => !isAnew(failure)), ...later.failures],
  };
}

/** Rows as they are ordered; one that is no more, at the end. */
function inOrder(rows, order) {
  const place = ({ id }) => (order.includes(id) ? order.indexOf(id) : order.length);
  return rows.toSorted((a, b) => place(a) - place(b));
}
