/**
 * Work that many may ask for at the same time and that is done once for all of them. In: a key and the work. Out: one
 * promise for all who ask before it settles. Results are not kept.
 */
export class SharedWork<T> {
  readonly #underway = new Map<string, Promise<T>>();

  has(key: string): boolean {
    return this.#underway.has(key);
  }

  /** The result of the work under way for this key, begun now if there is none. */
  join(key: string, work: () => Promise<T>): Promise<T> {
    let promise = this.#underway.get(key);
    if (promise === undefined) {
      promise = work().finally(() => this.#underway.delete(key));
      this.#underway.set(key, promise);
    }
    return promise;
  }
}
