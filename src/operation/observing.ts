/**
 * The way from everywhere in this folder to the engine's observers. The command is bundled with `../observe.js` left out,
 * which is one engine for all; that name, from one level below `src/`, must be the only one.
 */
export { observeServers } from '../observe.js';
