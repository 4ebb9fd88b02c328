// Express 4 and 5, with their own listen() and handed to createServer after they were loaded.
import { describe } from 'node:test';
import { onBoth } from './both.js';
import { expressSite } from './express-site.js';
import { missing } from './program.js';

describe('Express 5', { skip: missing }, () => {
  expressSite(onBoth('express5.mjs'), 5);
});

describe('Express 4', { skip: missing }, () => {
  expressSite(onBoth('express4.cjs'), 4);
});

/** Express swaps the prototypes of request and response for ones that it built on node:http's classes. */
const unregistered = (express: string, how: string) =>
  onBoth('express-listener.mjs', {
    args: (server) => [express, server === 'premier' ? '../../../dist/index.js' : server, how],
    register: false,
  });

for (const [express, major, how] of [
  ['express', 5, 'itself'],
  ['express4', 4, 'itself'],
  ['express', 5, 'called'],
  ['express4', 4, 'called later'],
] as const)
  describe(`an Express ${major} app given to premier's createServer: ${how}`, { skip: missing }, () => {
    expressSite(unregistered(express, how), major);
  });
