// Rows of a run of the bench that were measured once more. In: what two runs wrote. Out: the earlier one with the later one's rows
// in their places, and when they were measured. Never joins what was measured on two machines or with two lines of Node.

export function measuredAnew(earlier, later) {
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
    rows: earlier.rows.map((row) => later.rows.find(({ id }) => id === row.id) ?? row),
    weight: later.weight ?? earlier.weight,
    failures: [...earlier.failures.filter((failure) => !isAnew(failure)), ...later.failures],
  };
}
