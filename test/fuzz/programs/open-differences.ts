// Seeds of programs that observe something else on premier than on node:http of some line, which is neither listed nor
// mended yet, each with what that is. Who mends one takes its seeds out; none may be added for anything that passed before.

const differences: readonly (readonly [what: string, ...seeds: number[]])[] = [
  ["'close' of a CONNECT's request with optimizeEmptyRequests", 12],
];

export const open: ReadonlySet<number> = new Set(differences.flatMap(([, ...seeds]) => seeds));
