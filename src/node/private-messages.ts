/**
 * Messages between a process and its child that no program hears of, and that no program's message is taken for. In: what
 * is to be sent, or a process. Out: the same, marked; or what came marked.
 *
 * Node hands messages whose `cmd` begins with `NODE_`, which it keeps from programs, to 'internalMessage' instead of
 * 'message'. A listener of 'message' in a worker would also take what its parent's program says before the worker's listens.
 */
import type { EventEmitter } from 'node:events';

const mark = { cmd: 'NODE_PREMIER' } as const;

export const marked = <Message extends object>(message: Message): Message => ({ ...mark, ...message });

/** Calls back for each marked message that comes from the other end of a channel. */
export function onMarkedMessage(end: EventEmitter, listener: (message: object) => void): void {
  end.on('internalMessage', (message: { cmd?: unknown }) => {
    if (message.cmd === mark.cmd) listener(message);
  });
}
