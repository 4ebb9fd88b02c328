/**
 * The servers that this process serves with. In: those servers. Out: whether any of them listens still; a program may close
 * its own, and be none the less there.
 */

/** As far as a server goes: `net.Server` has it. */
type Listener = { readonly listening: boolean };

/** Milliseconds between two looks. */
const interval = 250;

let served: Iterable<Listener> | undefined;

/** Serves with these from now on; more of them may come. */
export function serveWith(servers: Iterable<Listener>): void {
  served = servers;
}

/** Whether it did serve, and listens nowhere any more. */
export const listensNoMore = (): boolean =>
  served !== undefined && !Array.from(served).some(({ listening }) => listening);

/** Calls back once when it listens nowhere for longer than a server takes that moves to another address. */
export function onListensNoMore(listener: () => void): void {
  let looks = 0;
  const timer = setInterval(() => {
    looks = listensNoMore() ? looks + 1 : 0;
    if (looks < 2) return;
    clearInterval(timer);
    listener();
  }, interval).unref();
}
