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
  // A bound class can be constructed and derived, is not called without `new`, and has no property that a proxy must show.
  const target = class {}.bind(undefined) as Class;
  // A proxy may only speak of what cannot change where its target has it as well.
  const mirror = (key: PropertyKey) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(itself(), key);
    if (descriptor?.configurable === false) Reflect.defineProperty(target, key, descriptor);
    return descriptor;
  };
  const standIn: Class = new Proxy(target, {
    construct: (_target, args, newTarget) =>
      Reflect.construct(itself(), args, newTarget === standIn ? itself() : newTarget),
    defineProperty(_target, key, descriptor) {
      const isDefined = Reflect.defineProperty(itself(), key, descriptor);
      if (isDefined) mirror(key);
      return isDefined;
    },
    deleteProperty: (_target, key) => Reflect.deleteProperty(itself(), key),
    get: (_target, key) => Reflect.get(itself(), key),
    getOwnPropertyDescriptor: (_target, key) => mirror(key),
    getPrototypeOf: () => Reflect.getPrototypeOf(itself()),
    has: (_target, key) => Reflect.has(itself(), key),
    ownKeys: () => Reflect.ownKeys(itself()),
    // Its target would have to have all that the class has.
    preventExtensions: () => false,
    set: (_target, key, value) => Reflect.set(itself(), key, value),
    setPrototypeOf: (_target, prototype) => Reflect.setPrototypeOf(itself(), prototype),
  });
  return standIn;
}
