/**
 * Stand-ins for classes that Node loads when they are first read, for the names that an ES module exports: such a name has
 * its value before anybody asks for it, and Node's client of fetch, from which these classes come, takes as long to load as
 * all of premier.
 *
 * In: the object that has the classes as accessors, and their names. Out: for each a class that makes, derives and tells
 * apart what Node's own does, or undefined where this Node has none. Reads none of them before the stand-in is used.
 */
type Class = abstract new (...args: never[]) => object;

/**
 * @param owner - `node:http`
 * @param name - of an accessor of its
 * @returns undefined where `owner` has no such name
 */
export function lateClass(owner: object, name: string): Class | undefined {
  if (!(name in owner)) return undefined;
  // The cast: the callers name classes.
  const itself = () => Reflect.get(owner, name) as Class & (new (...args: unknown[]) => object);
  // A bound function can be constructed and has no property that a proxy would have to show.
  const target = (() => {}).bind(undefined) as unknown as Class;
  const standIn: Class = new Proxy(target, {
    construct: (_target, args, newTarget) =>
      Reflect.construct(itself(), args, newTarget === standIn ? itself() : newTarget),
    get: (_target, key) => Reflect.get(itself(), key),
    getOwnPropertyDescriptor(_target, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(itself(), key);
      // A proxy may only speak of what cannot change where its target has it as well.
      if (descriptor?.configurable === false) Reflect.defineProperty(target, key, descriptor);
      return descriptor;
    },
    getPrototypeOf: () => Reflect.getPrototypeOf(itself()),
    has: (_target, key) => Reflect.has(itself(), key),
    ownKeys: () => Reflect.ownKeys(itself()),
    set: (_target, key, value) => Reflect.set(itself(), key, value),
  });
  return standIn;
}
