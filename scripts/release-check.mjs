// `npm run release:check [-- v1.2.3]`: whether a release could go out. In: package.json, CHANGELOG.md, the tag. Out: what
// is missing on stderr and exit code 1, or one line on stdout.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const { name, version, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
const [tag] = process.argv.slice(2);

/** [whether it holds, what to do where it doesn't] */
const conditions = [
  [
    tag === undefined || tag === `v${version}`,
    `the tag is ${tag}, and package.json says ${version}: make them agree`,
  ],
  [
    new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm').test(changelog),
    `CHANGELOG.md has no heading "## [${version}] - YYYY-MM-DD": give what is under Unreleased one`,
  ],
  [
    /^git\+https:/.test(repository?.url ?? ''),
    'package.json has no "repository" with the address of the public repository: npm wants it for provenance',
  ],
  [
    existsSync(join(root, 'package-lock.json')),
    'package-lock.json is missing: the build would not be reproducible',
  ],
  [
    execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }) === '',
    'the checkout has changes that are not committed',
  ],
];

const missing = conditions.filter(([holds]) => !holds).map(([, text]) => text);
for (const text of missing) console.error(`release: ${text}`);
if (missing.length === 0) console.log(`release: ${name} ${version} could go out`);
process.exitCode = missing.length === 0 ? 0 : 1;
