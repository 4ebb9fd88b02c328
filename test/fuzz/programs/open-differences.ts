// Seeds of programs that observe something else on premier than on node:http of some line, which is neither listed nor
// mended yet. Who mends one takes its seeds out; none may be added for anything that passed before.

export const open: ReadonlySet<number> = new Set<number>([]);
