/**
 * Lets the other parts of premier hear what its servers do (metrics, logs, the inspector), and say how those are made that
 * don't say it themselves. No entry of the package: programs don't import it. What there is to hear is in
 * `server/server-observer.ts`.
 */
export { type ClientFacts, clientOf, isNoted } from './server/client-facts.js';
export { keepFromObservers, observe, observeServers, unobserve } from './server/observers.js';
export { answerPlainHttp } from './server/plain-http-on-tls.js';
export { setProxySenders, setTrustedProxies } from './server/server.js';
export type {
  ObservedConnection,
  ObservedExchange,
  ObservedHead,
  Outcome,
  Refusal,
  ServerObserver,
} from './server/server-observer.js';
export { setUsualKeepAliveTimeout } from './server/server-options.js';
export { putBehindTls } from './server/tls-door.js';
