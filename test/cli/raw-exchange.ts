// Requests as bytes on one connection, and the bytes that come back: what a client of flesh would not show.
import { connect } from 'node:net';

/** Sends requests on one connection, then nothing; returns all that comes back. */
export async function bytesFor(port: number, ...heads: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(heads.map((head) => `${head} HTTP/1.1\r\nHost: a\r\n`).join('\r\n'));
  socket.write('Connection: close\r\n\r\n');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((closed) => socket.once('close', closed));
  return Buffer.concat(chunks).toString('latin1');
}
