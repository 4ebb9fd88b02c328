// Prints a program as the JavaScript that somebody would write to try it.
import type { ClientAction, Program, Step, Value } from './program.js';

function valueText(value: Value): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? text(value) : String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if ('undefined' in value) return 'undefined';
  if ('repeat' in value) return `${text(value.repeat)}.repeat(${value.times})`;
  if ('bytes' in value)
    return `Buffer.from(${text(value.bytes)}${value.times ? `.repeat(${value.times})` : ''}, 'latin1')`;
  if ('array' in value) return `Uint8Array.from(Buffer.from(${text(value.array)}, 'latin1'))`;
  if ('object' in value)
    return `{ ${Object.entries(value.object)
      .map(([key, item]) => `${text(key)}: ${valueText(item)}`)
      .join(', ')} }`;
  if ('map' in value)
    return `new Map([${value.map.map(([key, item]) => `[${text(key)}, ${valueText(item)}]`).join(', ')}])`;
  if ('headers' in value) return `new Headers(${JSON.stringify(value.headers)})`;
  if ('error' in value) return `new Error(${text(value.error)})`;
  if ('itself' in value) return value.itself;
  if ('shared' in value) return `(${value.shared} = [${value.initially.map(valueText).join(', ')}])`;
  return `() => { ${value.do.map(stepText).join(' ')} }`;
}

/** A string literal, in US-ASCII. */
function text(value: string): string {
  return `'${JSON.stringify(value)
    .slice(1, -1)
    .replace(/\\"/g, '"')
    .replace(/'/g, "\\'")
    .replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}

function stepText(step: Step): string {
  if ('wait' in step) return `await ${step.wait}();`;
  if ('client' in step) return `${actionText(step.client)};`;
  if ('push' in step) return `${step.push}.push(${valueText(step.value)});`;
  if ('throw' in step) return `throw new Error(${text(step.throw)});`;
  const object = step.of === undefined ? step.on : `${step.on}[${step.of}]`;
  if ('look' in step) return `look(${object});`;
  if ('get' in step) return `note(${object}.${step.get});`;
  if ('set' in step) return `${object}.${step.set} = ${valueText(step.to)};`;
  if ('listen' in step)
    return `${object}.${step.by ?? 'on'}(${text(step.listen)}, ${valueText({ do: step.do })});`;
  return `${object}.${step.call}(${step.with.map(valueText).join(', ')});`;
}

function actionText(action: ClientAction): string {
  if (typeof action !== 'object') return action === 'quiet' ? 'await quiet()' : `client.${action}()`;
  const { send } = action;
  return `client.write(${text(send.length > 500 ? `${send.slice(0, 500)}…` : send)})`;
}

export function asJavaScript(program: Program): string {
  const lines: string[] = [];
  if (Object.keys(program.options).length > 0)
    lines.push(`options ${valueText({ object: program.options })}`);
  if (program.listeners.length > 0) lines.push(`server listeners: ${program.listeners.join(', ')}`);
  if (program.watched.length > 0) lines.push(`noted: ${program.watched.join(', ')}`);
  for (const [number, steps] of program.handlers.entries()) {
    lines.push(`// request ${number}`, ...steps.map((step) => `  ${stepText(step)}`));
  }
  const times = program.rounds === undefined ? '' : `, on ${program.rounds} connections`;
  lines.push(`// client${times}`, ...program.client.map((action) => `  ${actionText(action)};`));
  return lines.join('\n');
}
