// A small part of YAML, read strictly. In: the text of one or several documents, made of mappings, sequences, plain and quoted
// words, numbers, true and false, and lists of quoted words in one line. Out: what they say. Whatever else stands there is
// an error, with its line.

export type Yaml = string | number | boolean | Yaml[] | { [key: string]: Yaml };

interface Line {
  number: number;
  indent: number;
  text: string;
}

export function readYaml(text: string): Yaml[] {
  return text.split(/^---\n/m).map((document, index, all) => {
    const before = all.slice(0, index).join('---\n').split('\n').length;
    const lines = document.split('\n').flatMap((line, at): Line[] => {
      const content = line.replace(/(^| )#.*$/, '').trimEnd();
      if (content.trim() === '') return [];
      const indent = content.search(/\S/);
      return [{ number: before + at, indent, text: content.slice(indent) }];
    });
    const value = block(lines, lines[0]?.indent ?? 0);
    if (lines[0]) fail(lines[0]);
    return value;
  });
}

function fail({ number, text }: Line): never {
  throw new SyntaxError(`line ${number}: ${text}`);
}

/** Takes what stands at one indent off the lines. */
function block(lines: Line[], indent: number): Yaml {
  const isList = lines[0]?.text.startsWith('- ');
  const list: Yaml[] = [];
  const mapping: { [key: string]: Yaml } = {};
  while (lines[0]?.indent === indent) {
    const line = lines[0];
    if (line.text.startsWith('- ') !== isList) fail(line);
    if (isList) list.push(item(lines, line));
    else {
      lines.shift();
      const [, key, rest = ''] = /^([\w./-]+):(?: (.*))?$/.exec(line.text) ?? fail(line);
      if (key === undefined || Object.hasOwn(mapping, key)) fail(line);
      mapping[key] = rest === '' ? below(lines, line) : word(rest, line);
    }
  }
  if (lines[0] && lines[0].indent > indent) fail(lines[0]);
  return isList ? list : mapping;
}

function below(lines: Line[], parent: Line): Yaml {
  const next = lines[0];
  if (next === undefined || next.indent <= parent.indent) fail(parent);
  return block(lines, next.indent);
}

/** `- word`, or a mapping whose first line stands behind the dash. */
function item(lines: Line[], line: Line): Yaml {
  const rest = line.text.slice(2);
  if (!/^[\w./-]+:(?: |$)/.test(rest)) {
    lines.shift();
    return word(rest, line);
  }
  lines[0] = { ...line, indent: line.indent + 2, text: rest };
  return block(lines, line.indent + 2);
}

function word(text: string, line: Line): Yaml {
  if (/^\[("[^"]*"(, )?)*\]$/.test(text)) return JSON.parse(text) as Yaml;
  if (/^"[^"\\]*"$/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+$/.test(text)) return Number(text);
  return /^[\w./=@:-]+$/.test(text) ? text : fail(line);
}
