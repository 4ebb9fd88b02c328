// A process that is sent sockets: it answers on each by hand, with the message that came with it.
import type { Socket } from 'node:net';
import process from 'node:process';

process.on('message', (text: string, socket: Socket) => socket.end(text, () => socket.destroy()));
process.send?.('ready');
