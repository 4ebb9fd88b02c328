#!/usr/bin/env node
// The command `premier`. Nothing is imported before the version of Node.js is known to be good enough.
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `premier needs Node.js 20.19 or newer; this is ${process.version}. / premier demande Node.js 20.19 ou plus récent ; voici ${process.version}. https://nodejs.org/`,
  );
  process.exitCode = 1;
} else {
  const { run } = await import('./run.js');
  process.exitCode = await run(process.argv.slice(2));
}
