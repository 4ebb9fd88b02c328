// What `npm start [-- OPTIONS]` does: installs and builds what is missing or out of date, then serves the folder site/.
// Out: `Serveur démarré !` on stdout, then the addresses. Whatever npm or the compiler have to say goes to stderr.
// Exit code: 0 after a graceful stop, else 1.
import { join, relative } from 'node:path';
import process from 'node:process';
import { build, install, root, say } from './prepare.mjs';

try {
  install();
  build();
} catch (error) {
  say(
    `${error.message}. npm start has to write into its own folder, and to find npm.`,
    `${error.message}. npm start doit pouvoir écrire dans son propre dossier, et trouver npm.`,
  );
  process.exit(1);
}

const { run } = await import('../dist/cli/run.js');
const target = relative(process.cwd(), join(root, 'site')) || '.';
const translations = { fr: '/', en: '/en/' };
const code = await run(process.argv.slice(2), { command: 'npm start --', target, translations });
process.exitCode = code === 0 ? 0 : 1;
