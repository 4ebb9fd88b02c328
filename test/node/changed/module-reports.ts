// A Node that doesn't tell its parent which modules it loads.
const { send } = process;

if (send !== undefined) {
  process.send = function (this: NodeJS.Process, ...args: unknown[]) {
    if (Object.keys(args[0] ?? {}).some((name) => name.startsWith('watch:'))) return true;
    return Reflect.apply(send, this, args);
  } as typeof process.send;
}
