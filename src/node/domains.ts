/**
 * Runs what a program gave in a context of its own, so that what it throws reaches the domain it was thrown in.
 *
 * When the scope of an AsyncResource ends, `node:domain` leaves the domains that were entered in it: an exception that
 * passes the end of a scope is told to the domain outside of it. In: a resource and a function. Out: what that returns;
 * what it throws told to the domain that it was in, where there is one that listens, else thrown on. Costs one look at
 * whether `node:domain` has been loaded, which `EventEmitter` knows: its `usingDomains` is false until then.
 */
import type { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import process from 'node:process';

type Domain = EventEmitter & { enter(): void; exit(): void };
type WithDomain = { domain?: Domain | null };

/** Whether `node:domain` is loaded; where that can't be told, it is taken to be. */
export function domainsMayBeLoaded(): boolean {
  return (EventEmitter as { usingDomains?: boolean }).usingDomains !== false;
}

/** Whether what is called now is in a domain. */
export function isInDomain(): boolean {
  return domainsMayBeLoaded() && Boolean((process as WithDomain).domain);
}

export function runInScope<T, A extends unknown[], R>(
  resource: AsyncResource,
  fn: (this: T, ...args: A) => R,
  self: T,
  ...args: A
): R | undefined {
  if (!domainsMayBeLoaded()) return resource.runInAsyncScope(fn, self, ...args);
  return resource.runInAsyncScope(() => {
    const around = [...enteredDomains()];
    try {
      return Reflect.apply(fn, self, args);
    } catch (error) {
      tellDomain(error, around);
      return undefined;
    }
  });
}

/** The domains that are entered now, the innermost last. */
function enteredDomains(): readonly Domain[] {
  if ((EventEmitter as { usingDomains?: boolean }).usingDomains !== true) return [];
  const { _stack: stack } = process.getBuiltinModule('node:domain') as { _stack?: Domain[] };
  return Array.isArray(stack) ? stack : [];
}

/**
 * @param around - what was entered when the scope began
 * @throws error, where no domain listens
 */
function tellDomain(error: unknown, around: readonly Domain[]): void {
  const { domain } = process as WithDomain;
  if (!domain || domain.listenerCount('error') === 0) throw error;
  if (typeof error === 'object' && error !== null) {
    Object.defineProperty(error, 'domain', { value: domain, writable: true, configurable: true });
    Object.assign(error, { domainThrown: true });
  }
  // As Node does it: a listener that throws in turn is the outer domain's.
  while ((process as WithDomain).domain === domain) domain.exit();
  try {
    domain.emit('error', error);
  } finally {
    comeBackTo(around);
  }
}

/** What was thrown has left what it was entered in, and the domain that was told what is around it. */
function comeBackTo(around: readonly Domain[]): void {
  const entered = enteredDomains();
  while (entered.length > around.length) entered.at(-1)?.exit();
  for (const domain of around.slice(entered.length)) domain.enter();
}

/** The domain that an emitter belongs to; null where it belongs to none. */
export function domainOf(emitter: object): Domain | null {
  return Object.hasOwn(emitter, 'domain') ? ((emitter as WithDomain).domain ?? null) : null;
}

/** An emitter was constructed once more, which put it into whatever domain is entered: it is given back to its own. */
export function giveBackDomain(emitter: object, domain: Domain | null): void {
  if (Object.hasOwn(emitter, 'domain')) (emitter as WithDomain).domain = domain;
}
