/**
 * JSON as it was written. In: a text that `JSON.parse` takes. Out: its values, each number and text as in the source, names
 * that come twice as often as they come: what a program makes of it may be another number, or one of two values.
 */

export interface JsonValue {
  /** What stands between the brackets; null for what has none. */
  readonly parts: readonly JsonPart[] | null;
  readonly isList: boolean;
  /** The source of what has no parts. */
  readonly source: string;
}

export interface JsonPart {
  readonly name: string;
  readonly value: JsonValue;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]|[^\s[\]{},:"]+/gs;

interface Open {
  readonly parts: JsonPart[];
  readonly isList: boolean;
  /** The name of the value that comes next. */
  name: string | null;
}

/** @throws {SyntaxError} the text is no JSON */
export function jsonFrom(text: string): JsonValue {
  JSON.parse(text);
  const top: Open = { parts: [], isList: true, name: null };
  // No recursion: a body may be nested deeper than calls can be.
  const open: Open[] = [top];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '[' || token === '{') open.push({ parts: [], isList: token === '[', name: null });
    else if (token === ']' || token === '}') {
      const { parts, isList } = open.pop() as Open;
      add(open.at(-1) as Open, { parts, isList, source: '' });
    } else {
      const within = open.at(-1) as Open;
      if (within.isList || within.name !== null) add(within, { parts: null, isList: false, source: token });
      else within.name = JSON.parse(token) as string;
    }
  }
  return (top.parts[0] as JsonPart).value;
}

function add(within: Open, value: JsonValue): void {
  within.parts.push({ name: within.name ?? String(within.parts.length), value });
  within.name = null;
}
