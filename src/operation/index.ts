/** `premier/operation`: for programs that run for long. */
export { type Graceful, type GracefulOptions, graceful, type Stage, type StopOutcome } from './graceful.js';
