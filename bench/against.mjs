// Another commit of this repository, built, to be measured beside this one. In: what git calls it. Out: the folder that it
// was built in, which stays, so that the next measurement against it begins at once. Never touches the checkout itself.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/prepare.mjs';

const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });

/** Builds a commit; gives { folder, name }. Throws where there is no such commit, or it does not build. */
export function buildCommit(wanted) {
  const commit = commitOf(wanted);
  const folder = join(root, '.build', 'against', commit);
  const name = commit.slice(0, 9);
  if (existsSync(join(folder, 'dist', 'register.js'))) return { folder, name };
  console.error(`building ${name}…`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, 'archive.tar');
  run('git', ['archive', '--output', archive, commit], root);
  run('tar', ['-xf', archive, '-C', folder], root);
  rmSync(archive);
  run(
    'npm',
    ['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    folder,
  );
  run('npm', ['run', 'build', '--silent'], folder);
  return { folder, name };
}

function commitOf(wanted) {
  try {
    return String(
      run('git', ['rev-parse', '--verify', '--end-of-options', `${wanted}^{commit}`], root),
    ).trim();
  } catch {
    throw new Error(`--against ${wanted}: git knows no such commit here.`);
  }
}
