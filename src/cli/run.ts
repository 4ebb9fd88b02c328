// The command from its arguments to its exit code: 0 after a graceful stop, 1 for trouble, 2 for wrong usage. Prints an
// error as one line on stderr, never a stack trace.

import { holdSignals, releaseHangUps, releaseStops, signalsTold } from '../operation/early-signals.js';
import { inheritedSockets } from '../operation/inherited-sockets.js';
import { leaveProcess } from '../operation/leave-process.js';
import { lifecycle } from '../operation/lifecycle.js';
import { printable } from '../operation/printable-text.js';
import { ignoreReplaceSignal } from '../operation/replace-signal.js';
import { onParentMessage, tellParent } from '../operation/worker-messages.js';
import { isFurtherWorker, isWorker } from '../operation/worker-role.js';
import { checkAdminAddress } from './admin-option.js';
import { type Arguments, parseArguments } from './arguments.js';
import { setUpBehindProxies } from './behind-proxies.js';
import type { Context } from './context.js';
import { checkInspectorOption } from './inspector-option.js';
import { catalogues, languageOf, type Messages } from './language.js';
import { socketPath } from './options.js';
import { print } from './print.js';
import { startReports } from './reports.js';
import { startLog } from './serve.js';
import { holdLines } from './start-lines.js';
import { targetOf } from './target.js';
import type { Translations } from './translations.js';
import { ProgramFailure, Trouble, UsageError } from './trouble.js';
import { changeTrust, trustAction } from './trust.js';
import { version } from './version.js';

export interface Origin {
  /** How the user started us, for the way out in an error. Default `premier`. */
  command?: string;
  /** What to serve when nothing is named. Default: the current folder. */
  target?: string;
  /** Where the start of that folder stands in each language, if it has several. */
  translations?: Translations;
}

type KnownOrigin = Required<Omit<Origin, 'translations'>> & { translations: Translations | undefined };

/** Runs the command and tells the exit code. */
export async function run(args: readonly string[], origin: Origin = {}): Promise<number> {
  const { command = 'premier', target = '.', translations } = origin;
  holdSignals();
  lifecycle.onChange(releaseHangUps);
  await signalsTold();
  // Whoever read our output may leave; the server goes on.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
  const say = catalogues[languageOf(args, process.env)];
  try {
    return await obey(args, { command, target, translations }, say);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const hint = error instanceof UsageError ? ` ${say.seeHelp(command)}` : '';
    // It names what stands on the command line, which may be the name of a file.
    console.error(`premier: ${printable(error.message)}${hint}`);
    if (isWorker) await leaveParent(error);
    return error.exitCode;
  }
}

async function obey(args: readonly string[], origin: KnownOrigin, say: Messages): Promise<number> {
  const [question, ...words] = args;
  if (question === 'status' || question === 'health') {
    await heedSignalsAsUsual();
    const { askService } = await import('./ask-service.js');
    return askService(question, words, say);
  }
  const parsed = parseArguments(args, process.env, say);
  if (parsed.settings.help) {
    const { help } = await import('./help.js');
    const folder = origin.target === '.' ? undefined : origin.target;
    const columns = Math.min(process.stdout.columns ?? 100, 100);
    return print(help(say, columns, { command: origin.command, folder }), say);
  }
  if (parsed.settings.version) return print(version(), say);
  const action = trustAction(parsed.target);
  if (action) {
    await heedSignalsAsUsual();
    return changeTrust(action, say);
  }
  const target = targetOf(parsed.target ?? origin.target, parsed, say);
  const translations = parsed.target === undefined ? origin.translations : undefined;
  const context: Context = { args: parsed, say, command: origin.command, target, translations };
  const { inspect, watch, workers } = parsed.settings;
  checkInspectorOption(context);
  checkAdminAddress(context);
  checkSocketMode(parsed, say);
  if (inheritedSockets.admin && !parsed.settings.admin) console.error(`premier: ${say.adminSocketUnused}`);
  if ((watch || workers !== undefined) && !isWorker) {
    const { supervise } = await import('./supervise.js');
    if (inspect) context.inspectorPlace = await (await import('./inspector.js')).keepAddress(inspect);
    return supervise(args, context);
  }
  checkPoolOptions(parsed, say);
  if (isWorker) ignoreReplaceSignal();
  if (isWorker && !isFurtherWorker && parsed.settings['wait-ready'])
    onParentMessage('countsAsReady', holdLines());
  if (inspect) {
    const { startInspector } = await import('./inspector.js');
    const { pages, place } = await startInspector(inspect, context);
    context.inspector = pages;
    context.inspectorPlace = place;
  }
  context.admin = await startReports(context);
  await setUpBehindProxies(parsed.settings);
  await startLog(context);
  if (target.kind === 'program') {
    const { runProgram } = await import('./program.js');
    await runProgram(context);
  } else {
    const { serveFolder } = await import('./folder.js');
    await serveFolder(context);
    if (isWorker) await leaveProcess();
  }
  // A program may have set a code of its own.
  return Number(process.exitCode ?? 0);
}

function checkSocketMode({ given, settings }: Arguments, say: Messages): void {
  if (!given.has('socket-mode') || settings.host.some((host) => socketPath(host) !== undefined)) return;
  throw new UsageError(say.modeNeedsSocket('--socket-mode'));
}

/** What serves nobody ends at a signal as any command does. */
async function heedSignalsAsUsual(): Promise<void> {
  releaseStops();
  await releaseHangUps();
}

/** Some options mean nothing to one process alone. */
function checkPoolOptions({ given }: Arguments, say: Messages): void {
  if (isWorker) return;
  for (const name of ['max-requests', 'max-memory', 'wait-ready'] as const) {
    if (given.has(name)) throw new UsageError(say.needsWorkers(`--${name}`));
  }
}

/** Ends a worker, which its channel to the parent would keep alive. */
async function leaveParent(error: Trouble): Promise<void> {
  if (!(error instanceof ProgramFailure)) await tellParent({ premier: 'trouble' });
  process.exit(error.exitCode);
}
