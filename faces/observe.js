// For the parts of premier that observe its servers; programs don't import it.
import engine from './observe.cjs';

export const { observe, observeServers } = engine;
