// A program that adds to the classes, as `declare module 'node:http'` does.
import http, { type IncomingMessage } from 'premier';

declare module 'premier' {
  interface IncomingMessage {
    session?: { id: string };
  }
  interface Server {
    label?: string;
  }
}

const server = http.createServer((req) => {
  req.session = { id: 'a' };
});
server.label = 'b';
export const session = (req: IncomingMessage): string | undefined => req.session?.id;
