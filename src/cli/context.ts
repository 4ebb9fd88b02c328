// What every part of the command may need to know, told once the command line has been read.
import type { Arguments } from './arguments.js';
import type { InspectorPlace } from './inspector-on-admin.js';
import type { Messages } from './language.js';
import type { Target } from './target.js';
import type { Translations } from './translations.js';

export interface Context {
  args: Arguments;
  say: Messages;
  /** How the user started us, for the way out in an error: `premier` or `npm start --`. */
  command: string;
  target: Target;
  /** Where the start of the folder stands in each language, for one that has several. */
  translations?: Translations | undefined;
  /** The addresses of the page that shows exchanges, where one does. */
  inspector?: readonly string[] | undefined;
  /** Where that is reached, in this process or in a worker. */
  inspectorPlace?: InspectorPlace | undefined;
  /** Where the admin listener is, where it was left to choose its port. */
  admin?: string | undefined;
}
