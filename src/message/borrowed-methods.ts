/**
 * Lets `http.OutgoingMessage.prototype.setHeader.call(response, …)` and its siblings work on premier's responses:
 * packages borrow Node's methods so, to get behind what others have patched.
 *
 * In: Node's methods, which read and write a table of fields under a symbol of Node's. Out: that table, as a view of the
 * response's own fields. Costs nothing where nobody borrows. Never keeps a second copy of a field.
 */
import { fieldTableKey } from '../node/keys.js';
import { checkFieldValue, type FieldValue, fieldName, OutgoingFields } from './outgoing-fields.js';

interface WithFields {
  _fields: OutgoingFields | null;
  /** Undefined on what responses inherit from. */
  finished?: boolean;
}

/** A field as Node keeps it, `[name, value]`; Node's `appendHeader` changes the value in place. */
class FieldEntry {
  readonly 0: string;
  readonly #fields: OutgoingFields;
  readonly #key: string;

  constructor(fields: OutgoingFields, key: string, name: string) {
    this.#fields = fields;
    this.#key = key;
    this[0] = name;
  }

  get 1(): FieldValue | undefined {
    return this.#fields.get(this.#key);
  }

  set 1(value: FieldValue) {
    put(this.#fields, this[0], value);
  }
}

type FieldTable = Record<string, { readonly 0: string; 1: FieldValue | undefined }>;

function put(fields: OutgoingFields, name: string, value: FieldValue): void {
  const field = fieldName(name);
  if (!checkFieldValue(field, name, value)) fields.ascii = false;
  fields.set(field.key, name, value);
}

function viewOf(fields: OutgoingFields): FieldTable {
  const table: FieldTable = Object.create(null);
  for (const [i, key] of fields.keys.entries()) {
    table[key] = new FieldEntry(fields, key, fields.nameAt(i));
  }
  const view = new Proxy(table, {
    set(target, key: string, [name, value]: [string, FieldValue]) {
      put(fields, name, value);
      target[key] = new FieldEntry(fields, key, name);
      return true;
    },
    deleteProperty(target, key: string) {
      fields.remove(key);
      return delete target[key];
    },
  });
  VIEWED.set(view, fields);
  return view;
}

const VIEWED = new WeakMap<object, OutgoingFields>();

/** The fields of which this is the table that Node's methods were given. */
export function fieldsOfTable(table: unknown): OutgoingFields | undefined {
  return VIEWED.get(table as object);
}

/** Gives responses with this prototype the table that Node's methods expect. */
export function lendFieldsTo(responses: WithFields): void {
  if (fieldTableKey === undefined) return;
  Object.defineProperty(responses, fieldTableKey, {
    configurable: true,
    get(this: WithFields): FieldTable | null {
      if (this.finished === undefined) return null;
      this._fields ??= new OutgoingFields();
      // Node's appendHeader adds to a list without a word on what it adds.
      this._fields.ascii = false;
      return viewOf(this._fields);
    },
    set(this: WithFields, table: FieldTable | null) {
      const fields = new OutgoingFields();
      for (const entry of Object.values(table ?? {})) put(fields, entry[0], entry[1] as FieldValue);
      this._fields = fields;
    },
  });
}
