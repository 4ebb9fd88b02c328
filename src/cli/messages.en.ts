// Every sentence of the command, in English. One line each; an error names the thing, the reason and the way out.

import type { ReachedLimit } from '../operation/worker-limits.js';
import { certificateMessages } from './certificate-messages.en.js';

/** Every language that has a catalogue. */
export type Language = 'en' | 'fr';

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** When what has ended goes on. */
const after = (seconds: number): string => (seconds === 0 ? 'at once' : `in ${seconds} s`);

/** By which signal a process ended, or else with which code. */
export interface ProcessEnd {
  signal: string | undefined;
  exitCode: number;
}

const ending = ({ signal, exitCode }: ProcessEnd): string =>
  signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;

export const english = {
  language: 'en' as Language,
  usage: (command: string) => `Usage: ${command} [OPTIONS] [FOLDER | PROGRAM]`,
  intro: (folder: string | undefined) => [
    'Serves a folder of documents over HTTP, or runs a program on the server.',
    `FOLDER is ${folder ?? 'the current folder'} unless given; PROGRAM is a .js, .mjs, .cjs or .ts file.`,
    'What stands after -- is handed to the program. premier status and premier health ask one that runs.',
  ],
  headings: {
    listening: 'Listening',
    https: 'HTTPS',
    folder: 'Serving a folder',
    program: 'Running a program',
    access: 'Who may read',
    operation: 'In production',
    output: 'What is printed',
  },
  examples: {
    heading: 'Examples',
    list: (folder: string | undefined): [args: string, what: string][] => [
      ['', `${folder ?? 'the current folder'}, on http://localhost:8080`],
      ['dist --single --port 3000', 'a single-page app'],
      ['photos --host --auth anna:secret', 'seen on the network, after a password'],
      ['--https', 'over https, with a certificate of this computer'],
      ['app.js --watch', 'a program, started again when it changes'],
    ],
  },
  exitCodes: 'Exit code: 0 after a graceful stop, 1 for trouble, 2 for wrong usage.',
  exitCodesOfStart: 'Exit code: 0 after a graceful stop, 1 for trouble or wrong usage.',
  byDefault: (value: string) => `Default: ${value}.`,
  byEnvironment: (variable: string, value: string) => `Default: the variable ${variable}, else ${value}.`,
  orEnvironment: (variable: string) =>
    `Or the variable ${variable}, which the list of processes doesn't show.`,
  repeatable: 'May be repeated.',

  thisComputer: 'This computer',
  network: 'Network',
  socket: 'Socket',
  folder: 'Folder',
  program: 'Program',
  inspector: 'Inspector',
  admin: 'Admin',
  stopHint: 'Ctrl-C to stop',
  stopping: (count: number) =>
    count === 1
      ? 'Finishing one answer; Ctrl-C again to stop at once.'
      : `Finishing ${count} answers; Ctrl-C again to stop at once.`,
  cut: (count: number, seconds: number) =>
    `Cut ${count} ${count === 1 ? 'connection' : 'connections'}: not finished after ${seconds} s (--stop-after).`,
  notPrinted: (reason: string) => `What you asked for can't be written (${reason}). Is the disk full?`,
  logNotWritten: (reason: string) =>
    `The log can't be written (${reason}): its lines are lost until it can. Is the disk full?`,
  logUnread: (reason: string) => `The log is lost from here on: nobody reads it any more (${reason}).`,
  logLinesLost: (count: number) =>
    `${count} lines of the log were dropped: nothing reads this output fast enough.`,
  aborted: 'aborted',

  seeHelp: (command: string) => `See ${command} --help.`,
  unknownOption: (option: string) => `There is no option ${option}.`,
  didYouMean: (option: string) => `Did you mean ${option}?`,
  useInstead: (option: string) => `There, it is ${option}.`,
  folderStandsAlone: 'The folder is named without an option: premier FOLDER.',
  always: 'That is always on.',
  hostNeedsEquals: (name: string) =>
    `If ${name} is where to listen, write --host=${name.replace(/:(\d+)$/, ' --port $1')}.`,
  flagTakesNoValue: (option: string) => `${option} takes no value.`,
  valueMissing: (option: string, argument: string) => `${option} needs a value: ${option} ${argument}.`,
  emptyValue: (option: string) =>
    `${option} has an empty value. Give one, or leave ${option} out; a variable of the shell may be unset.`,
  emptyTarget:
    'The name of the folder or program is empty. Give . for the current folder; a variable of the shell may be unset.',
  oneTarget: (first: string, second: string) =>
    `One folder or program at a time, but there are two: ${first} and ${second}.`,
  badPort: (option: string, value: string) =>
    `${option} must be a whole number from 0 to 65535 (0 picks a free port), not "${value}".`,
  badSeconds: (option: string, value: string) =>
    `${option} must be a number of seconds from 0 to 86400, not "${value}".`,
  badAdmin: (option: string, value: string) =>
    `${option} must be a port, a host and a port, or unix:PATH, such as 8081, 127.0.0.1:8081 or [::1]:8081, not "${value}".`,
  badCount: (option: string, value: string) => `${option} must be a whole number from 1 up, not "${value}".`,
  badBytes: (option: string, value: string) =>
    `${option} must be a size such as 512M or 2G, a megabyte at least, not "${value}".`,
  needs: (option: string, needed: string) =>
    `${option} has no effect without ${needed}. Add it, or leave ${option} out.`,
  needsWorkers: (option: string) => `${option} is for workers. Give --workers as well.`,
  badWorkers: (option: string, value: string) =>
    `${option} must be a whole number from 1 to 999, or auto for one process each core, not "${value}".`,
  badChoice: (option: string, value: string, choices: string) =>
    `${option} must be one of ${choices}, not "${value}".`,
  badPeers: (option: string, value: string) =>
    `${option} must be addresses or networks such as 10.0.0.0/8, loopback, or unix, separated by commas; not "${value}".`,
  badAuth: (option: string) =>
    `${option} must be user:password, with a name before the colon and a password after it.`,
  badHeader: (value: string) =>
    `--header must be 'Name: value' or '/path/*: Name: value', with characters HTTP allows, not "${value}".`,
  reservedHeader: (name: string) => `--header can't set ${name}: the server computes it for each answer.`,
  onlyForFolders: (option: string, target: string) =>
    `${option} is for a folder, but ${target} is a program.`,
  onlyForPrograms: (option: string, target: string) =>
    `${option} is for a program, but ${target} is a folder.`,
  badMode: (option: string, value: string) =>
    `${option} must be three octal digits as for chmod, such as 660, not "${value}".`,
  modeNeedsSocket: (option: string) => `${option} is for a socket. Give --host unix:PATH as well.`,
  badHost: (option: string, value: string) =>
    `${option} must be an address written in full, such as 0.0.0.0 or ::1, a name, or unix:PATH, without scheme and port; not "${value}".`,
  abstractSocket: (option: string, value: string, path: string) =>
    `${option}: ${value} would be a socket outside the file system, to which everybody on this computer may connect. Give a path, such as unix:${path}.`,
  badInspectorAddress: (option: string, value: string) =>
    `${option} must be a port, an address, or both, such as 8082 or 127.0.0.1:8082 or [::1]:8082, not "${value}".`,
  ambiguousAddress: (option: string, value: string, withPort: string, whole: string) =>
    `${option}: ${value} may be an address and a port, or an address of IPv6 as a whole. Write ${option}=${withPort} or ${option}=${whole}.`,
  badAllowedHost: (option: string, value: string) =>
    `${option} must be the name of a host without scheme and port, .name for all below it as well, or *, not "${value}".`,
  contradiction: (one: string, other: string) => `${one} and ${other} contradict each other. Leave one out.`,
  badHostName: (option: string, value: string) =>
    `${option} must be the name of a host, or an address, without scheme and port, not "${value}".`,
  badEmail: (option: string, value: string) =>
    `${option} must be an address such as anna@example.org, not "${value}".`,
  badDirectory: (option: string, value: string) => `${option} must be an https URL, not "${value}".`,
  badAccount: (option: string) =>
    `${option} must be KID:KEY, with the identifier before the colon and the key in base64url after it.`,
  badWholeSeconds: (option: string, value: string) =>
    `${option} must be a whole number of seconds, not "${value}".`,
  tlsNeedsBoth:
    '--tls-cert and --tls-key go together: give both, a key for each certificate and in the same order.',

  noSuchTarget: (path: string) =>
    `${path} isn't there: no folder or program has this name. Check the spelling, or the folder you are in.`,
  notServable: (path: string) =>
    `${path} is neither a folder nor a program (.js, .mjs, .cjs, .ts). To serve a file, give the folder it is in.`,
  unreadable: (path: string, reason: string) =>
    `${path} can't be read (${reason}).${/^E(ACCES|PERM)$/.test(reason) ? ' Check its permissions.' : ''}`,
  portInUse: (port: number, holder: string | undefined, option: string, retry: string) =>
    `Port ${port} is ${holder === undefined ? 'in use by another program' : `that of ${holder} as well`}. Choose another: ${retry}, or ${option} 0 for a free one.`,
  socketInUse: (path: string) =>
    `${path} is in use by another program, or is no socket. Choose another path, or remove it.`,
  socketTooLong: (path: string, bytes: number) =>
    `${path} is too long for a socket, whose path may have ${bytes} bytes. Choose a shorter one.`,
  noFolderForSocket: (path: string, folder: string) =>
    `Can't listen on ${path}: there is no folder ${folder}. Make it, or choose another path.`,
  socketNeedsRights: (path: string, folder: string) =>
    `Can't listen on ${path}: you may not write in ${folder}. Check its permissions, or choose another path.`,
  portNeedsRights: (port: number, retry: string) =>
    `Port ${port} needs administrator rights. Choose one from 1024 up: ${retry}.`,
  noSuchHost: (host: string, retry: string) =>
    `${host} isn't an address of this computer. Leave --host out for this computer alone, or be seen on the network: ${retry}.`,
  portInHost: (host: string, address: string, port: number) =>
    `${host} isn't an address of this computer. A port is asked for by itself: --host=${address} --port=${port}.`,
  cannotListen: (where: string, reason: string) =>
    `Can't listen on ${where}: ${reason}. Try another --port or --host.`,
  certificates: certificateMessages,
  inspectorInUse: (port: number, retry: string) =>
    `--inspect: port ${port} is in use by another program. Choose another: ${retry}.`,
  inspectorOfOne: (retry: string) =>
    `--inspect shows what one process says, and --workers asks for several. Serve with one while you look: ${retry}.`,
  inspectorSeen: (host: string, retry: string) =>
    `--inspect: other computers may see ${host}, and the page shows all that clients and server say, unencrypted. If that is meant: ${retry}.`,
  inspectorAtAdmin: (port: number, retry: string) =>
    `--inspect and --admin are both ${port}, and only one can have it. Give it another: ${retry}. The admin listener shows the page as well.`,
  cannotInspect: (where: string, reason: string) =>
    `--inspect: can't listen on ${where}: ${reason}. Try another address.`,
  misdirected: (command: string) =>
    `This server is for the computer it runs on, and answers requests for localhost. Whoever runs it can let in another name: ${command} --allow-host NAME.`,
  passwordInClear: 'The password of --auth travels unencrypted on the network; --https encrypts it.',
  cannotWatch: (reason: string) =>
    `The system can't watch for changes (${reason}); the files are looked at every second instead.`,
  cannotOpen: (address: string) => `No browser could be opened; open ${address} yourself.`,

  programFailed: (path: string) => `${path} failed to start:`,
  programDoesNothing: (path: string) =>
    `${path} neither exports what answers nor listens. Export a function (req, res) or (request), an app, a server or { fetch } (not a class), or call listen().`,
  notListeningYet: (path: string, seconds: number) =>
    `${path} exports nothing that answers, and hasn't called listen() in ${seconds} s. Waiting for it.`,
  exportsServer: (path: string, options: string) =>
    `${path} exports a server of its own, so ${options} can't apply to it. Leave it out, or export the function that answers.`,
  noTypeScript: (path: string, version: string) =>
    `${path} is TypeScript, which Node.js ${version} can't run. Use Node.js 22.18 or newer, or compile it to JavaScript first.`,
  listensItself: (path: string, options: string) =>
    `${path} listens by itself, so ${options} can't apply to it. Leave it out, or export the app instead of calling listen().`,
  listensOverTls: (path: string, options: string) =>
    `${path} has made a server over TLS or HTTP/2 of its own, so ${options} can't apply to it. Leave it out; or, in the program, await https.manageCertificates(server, { local: true }) of premier/https.`,
  listensWithoutTls: (path: string, options: string) =>
    `${path} listens by itself, so ${options} can't apply to it. Export the app instead of calling listen(); or, in the program, make the server with premier/https and await https.manageCertificates(server, { local: true }).`,
  handlerFailed: 'The program failed to answer a request:',
  noAnswer: (request: string, seconds: number) =>
    `${request} is still unanswered after ${seconds} s. A function (req, res) answers with res.end(); a function (request) returns a Response. (Said once.)`,
  restarted: (file: string) => `${file} changed: started again.`,
  badInheritedSocket: (fd: number, reason: string) =>
    `The socket ${fd} of LISTEN_FDS can't be listened on (${reason}). Look at the .socket unit: Accept=no, and a stream.`,
  socketsUnheard: (path: string, names: string) =>
    `${path} listens by itself, and not on what systemd has opened for it (${names}): whoever connects there waits for ever. Export the app instead of calling listen(), or call listen({ fd: 3 }).`,
  adminSocketUnused:
    'systemd has opened a socket named admin, but --admin is not given: nobody answers there. Give --admin as well.',
  cannotNotify: (reason: string) =>
    `systemd can't be told how the service does (${reason}); the service goes on. Install systemd-notify, or use Type=exec.`,
  noAdmin: (where: string, reason: string) =>
    `The admin listener can't have ${where} (${reason}); the service goes on without it. Try another --admin.`,
  noAdminSocket: (reason: string) => `${reason} The service goes on without its admin listener.`,
  adminIsServed: (port: number, retry: string) =>
    `--admin and --port are both ${port}, but the admin listener is for whoever runs the service, never for those who are served. Give it another: ${retry}.`,
  notInTime: (seconds: number) => `no whole answer within ${seconds} s`,
  nobodyAnswers: (where: string, reason: string) =>
    `Nobody answers at ${where} (${reason}). Is the service there, and was it started with --admin?`,
  noStatus: (where: string, status: number) =>
    `${where} answered with status ${status}, and not as an admin listener does. Give the address that --admin has.`,
  howToAsk: (question: string): string =>
    question === 'health'
      ? 'It is: premier health [URL], such as http://127.0.0.1:8081/ready. To serve a folder of that name: premier ./health.'
      : 'It is: premier status [ADDRESS], as given to --admin. To serve a folder of that name: premier ./status.',
  asksOverHttp: (url: string) =>
    `premier health asks over http, not ${url}. Ask the admin listener, such as http://127.0.0.1:8081/ready.`,
  statusLine: (
    version: string,
    stage: string,
    pid: number,
    uptime: number,
    generation: number,
    requests: number,
    connections: number,
  ) =>
    `premier ${version}, process ${pid}: ${stage}, up for ${uptime} s, generation ${generation}, ${requests} ${requests === 1 ? 'request' : 'requests'}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
  /** What a service or a worker is at, by its name in /status. */
  states: {
    starting: 'starting',
    ready: 'ready',
    draining: 'draining',
    stopping: 'stopping',
    retiring: 'retiring',
    ended: 'ended',
  },
  megabytes,
  statusColumns: [
    'process',
    'state',
    'generation',
    'uptime',
    'requests',
    'connections',
    'delay p99',
    'memory',
    'heard',
  ],
  replaced: (path: string) => `${path}: all workers were replaced.`,
  ended: (path: string, how: ProcessEnd, seconds: number) =>
    `${path} ${ending(how)}; started again ${after(seconds)}.`,
  neverReady: (path: string, limit: number, seconds: number) =>
    `${path} was not ready within ${limit} s and was ended; started again ${after(seconds)}.`,
  listensNoMore: (pid: number, seconds: number | undefined) =>
    `Worker ${pid} listens nowhere any more: its program has closed its servers.${seconds === undefined ? '' : ` Replaced ${after(seconds)}.`}`,
  successorFailed: (path: string, limit: number | undefined) =>
    `${path} ${limit === undefined ? 'failed to start' : `was not ready within ${limit} s`}; the workers before go on serving. Mend it, and send SIGHUP again.`,
  endedUnserved: (path: string, how: ProcessEnd, limit: number | undefined) =>
    limit === undefined
      ? `${path} ${ending(how)} before it served.`
      : `${path} was not ready within ${limit} s, and was ended.`,
  limitReached: (limit: ReachedLimit) =>
    'requests' in limit
      ? `${limit.requests} ${limit.requests === 1 ? 'request' : 'requests'}`
      : megabytes(limit.memory),
  alwaysFull: (option: string, bytes: number) =>
    `${option} is less than a worker takes before it has answered anything (${megabytes(bytes)}): none is replaced for it. Give more, or leave it out.`,
  worn: (pid: number | undefined, reason: string) => `Worker ${pid} is replaced: ${reason}.`,
  stuck: (pid: number, seconds: number) =>
    `Worker ${pid} was killed, with what it had not answered: it had not ended ${seconds} s after it was asked to.`,
  waitingForChange: 'Waiting for a change.',
  stillServing: 'The version before goes on serving. Waiting for a change.',
};

/** Every sentence the command can say; this catalogue is the model of the others. */
export type Messages = typeof english;
