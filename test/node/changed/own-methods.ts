// A Node that doesn't show the source of its own modules.
import process from 'node:process';

Object.defineProperty(process, 'binding', {
  configurable: true,
  value() {
    throw new Error('There is none.');
  },
});
