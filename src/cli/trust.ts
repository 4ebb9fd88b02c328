// `premier trust` and `premier untrust`: puts this computer's own authority into the stores of the system and its
// browsers, or takes it out. Says what it does before it does it.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  knownRoot,
  type LocalAuthority,
  localAuthority,
  noteTrust,
  type Root,
} from '../operation/certificates/local-authority.js';
import { CertificateProblem } from '../operation/certificates/problem.js';
import { dataFolder } from '../operation/certificates/storage.js';
import {
  lacksCertutil,
  runCommand,
  type TrustAction,
  type TrustStep,
  thisMachine,
  trustSteps,
} from '../operation/certificates/trust-stores.js';
import { inWords, sentenceFor } from './certificate-words.js';
import type { Messages } from './language.js';
import { Trouble } from './trouble.js';

/** The word of the command line that asks for it; nothing for any other. */
export const trustAction = (word: string | undefined): TrustAction | undefined =>
  word === 'trust' || word === 'untrust' ? word : undefined;

/** Changes the stores of this computer; the exit code. */
export async function changeTrust(action: TrustAction, say: Messages): Promise<number> {
  const words = say.certificates.trust;
  const data = dataFolder();
  if (existsSync(action)) console.error(words.folderNamed(action));
  const authority = await (action === 'trust' ? localAuthority(data) : knownRoot(data)).catch((error) => {
    throw inWords(error, say);
  });
  if (!authority) {
    console.log(words.nothingToUntrust);
    return 0;
  }
  const { exposed }: Root & Partial<LocalAuthority> = authority;
  if (exposed !== undefined) {
    const facts = { file: exposed, folder: dirname(exposed) };
    console.error(`premier: ${sentenceFor(new CertificateProblem('authorityExposed', facts), say)}`);
  }
  const machine = thisMachine();
  const steps = trustSteps(authority, action, machine);
  if (steps.length === 0) {
    if (lacksCertutil(machine)) console.error(words.noCertutil);
    if (action === 'trust') throw new Trouble(words.noStore);
    await noteTrust(data, authority, false);
    console.log(words.inNoStore(authority.file));
    return 0;
  }
  console.log(action === 'trust' ? words.intro(authority.file) : words.untrustIntro(authority.file));
  for (const step of steps) {
    console.log(`  ${nameOf(step, say)}`);
    for (const command of step.commands) console.log(`    ${command.map(quoted).join(' ')}`);
  }
  if (lacksCertutil(machine)) console.error(words.noCertutil);

  const failures = steps.filter((step) => !run(step, say));
  await noteTrust(data, authority, action === 'trust' && failures.length < steps.length);
  if (failures.length > 0) throw new Trouble(words.someFailed);
  console.log(words.done);
  return 0;
}

function run(step: TrustStep, say: Messages): boolean {
  for (const command of step.commands) {
    const reason = runCommand(command);
    if (reason === undefined) continue;
    console.error(say.certificates.trust.failed(nameOf(step, say), reason));
    return false;
  }
  return true;
}

function nameOf({ store, profile = '' }: TrustStep, say: Messages): string {
  const words = say.certificates.trust;
  return store === 'firefox' ? words.firefox(profile) : words[store];
}

const quoted = (word: string): string =>
  /^[\w/.:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
