#!/usr/bin/env node
// The command `premier`. Nothing is imported, and nothing written that Node.js 12 can't read, before the version of
// Node.js is known to be good enough.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `premier needs Node.js 20.19 or newer; this is ${process.version}. / premier demande Node.js 20.19 ou plus récent ; voici ${process.version}. https://nodejs.org/`,
  );
  process.exitCode = 1;
} else if (/^(--version|-v)$/.test(process.argv.slice(2).join(' '))) {
  // What it can't say, the long way has words for.
  process.stdout.once('error', runCommand);
  import('./version.js').then(({ version }) => console.log(version()));
} else {
  runCommand();
}

function runCommand() {
  import('../operation/early-signals.js')
    .then(({ holdSignals }) => {
      // What comes next takes many times as long.
      holdSignals();
      return import('./run.js');
    })
    .then(({ run }) => run(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
