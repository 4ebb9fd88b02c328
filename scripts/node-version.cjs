// Ends the process with one sentence when this Node.js is older than package.json asks for. In: nothing. Out: nothing.
// Written so that Node.js 12 can read it, and loaded before anything that only newer ones understand.
const { engines } = require('../package.json');

const wanted = engines.node.replace(/^\D*/, '');
const [major, minor] = wanted.split('.').map(Number);
const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);

if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const french = /^fr/i.test(LC_ALL || LC_MESSAGES || LANG || '');
  console.error(
    french
      ? `premier demande Node.js ${wanted} ou plus récent ; voici ${process.version}. https://nodejs.org/`
      : `premier needs Node.js ${wanted} or newer; this is ${process.version}. https://nodejs.org/`,
  );
  process.exit(1);
}
