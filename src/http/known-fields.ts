/**
 * Fields of a request that its connection has sent before, and what was made of them then.
 *
 * Shared by requests of one connection, and so never handed to a program.
 */
export interface KnownFields {
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** The same by lower-cased name; null before somebody wants it. */
  headers: Record<string, string | string[] | undefined> | null;
}
