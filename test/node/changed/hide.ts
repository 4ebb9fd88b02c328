// Takes what Node keeps on its objects under a symbol to where nobody but Node finds it.

/**
 * @param example - has what is to be hidden
 * @param prototype - from which all those inherit that shall have it hidden
 */
export function hide(example: object, prototype: object, description: string): void {
  const key = Object.getOwnPropertySymbols(example).find((symbol) => symbol.description === description);
  if (key === undefined) throw new Error(`this Node has no ${description} to hide`);
  const values = new WeakMap<object, unknown>();
  Object.defineProperty(prototype, key, {
    get(this: object) {
      return values.get(this);
    },
    set(this: object, value: unknown) {
      values.set(this, value);
    },
  });
}
