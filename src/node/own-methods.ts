/**
 * Tells Node's own methods of messages from what a program has put in their place before premier was loaded.
 *
 * In: a method. Out: whether its text is part of Node's source, which comes with Node. Where that can't be had, every
 * method counts as Node's own. Asked by `premier/register` alone.
 */

const MODULES = ['_http_outgoing', '_http_server', '_http_incoming'];

type Binding = (name: string) => Record<string, string | undefined>;

function sourceOfMessages(): string {
  try {
    const { binding } = process as unknown as { binding: Binding };
    const natives = binding.call(process, 'natives');
    return MODULES.map((name) => natives[name] ?? '').join('\n');
  } catch {
    // Programs that run with permissions have none for this.
    return '';
  }
}

const textOf = Function.prototype.toString;

/** @returns a test for methods; null where Node's own can't be known */
export function ownMethodTest(): ((method: () => void) => boolean) | null {
  const source = sourceOfMessages();
  return source === '' ? null : (method) => source.includes(textOf.call(method));
}
