/** Puts premier under `node:http` and `node:https`; exports nothing. */
export {};
