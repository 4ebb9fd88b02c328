/**
 * Fields of a request that its connection has sent before, and what was made of them then.
 *
 * In: names and values in turn, and what they are by name once somebody has joined them. Out: copies, to those who have
 * the same fields. Shared by requests of one connection: so whatever a program does to what it can reach of a request,
 * it finds, freezes and prints none of it.
 */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

export class KnownFields {
  readonly #rawHeaders: readonly string[];
  #headers: Headers | null = null;

  /** @param rawHeaders - names and values in turn, as they came; copied */
  constructor(rawHeaders: readonly string[]) {
    this.#rawHeaders = rawHeaders.slice();
  }

  /** Names and values in turn, as they came. */
  copyRaw(): string[] {
    return this.#rawHeaders.slice();
  }

  /**
   * The same by lower-cased name; null where it would be no copy: `rawFields` are others by now, or a value is a list.
   * @param join - makes them of raw fields; called once
   */
  copyHeaders(
    rawFields: readonly string[],
    join: (rawFields: readonly string[]) => Headers,
  ): Record<string, string | string[] | undefined> | null {
    const rawHeaders = this.#rawHeaders;
    if (rawFields.length !== rawHeaders.length) return null;
    for (let i = 0; i < rawHeaders.length; i++) if (rawFields[i] !== rawHeaders[i]) return null;
    this.#headers ??= join(rawHeaders);
    // Copied as they are: to assign one that a program's Object.prototype knows could call a setter of it, or throw.
    return this.#headers['set-cookie'] === undefined ? { ...this.#headers } : null;
  }
}
