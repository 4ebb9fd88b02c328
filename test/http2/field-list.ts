// Fields as a program sets them.
import { type FieldList, NewFieldList } from '../../dist/http/field-list.js';

/** The fields of names and values in turn. */
export function fieldList(words: readonly string[]): FieldList {
  const list = new NewFieldList();
  for (let i = 0; i < words.length; i += 2)
    list.add((words[i] as string).toLowerCase(), words[i] as string, words[i + 1] as string);
  return list;
}
