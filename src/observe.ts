/**
 * Lets the other parts of premier hear what its servers do: metrics, logs, the inspector. Not a face of its own: programs
 * don't import it. What there is to hear is in `server/server-observer.ts`.
 */
export { observe, observeServers } from './server/observers.js';
export type {
  ObservedConnection,
  ObservedExchange,
  ObservedHead,
  Outcome,
  Refusal,
  ServerObserver,
} from './server/server-observer.js';
