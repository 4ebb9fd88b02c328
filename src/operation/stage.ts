/**
 * Where a service is in its life: `starting` until it first serves; `draining` while it still serves everybody but wants no
 * more; `stopping` when it accepts no more connections.
 */
export type Stage = 'starting' | 'ready' | 'draining' | 'stopping';
