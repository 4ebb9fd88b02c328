// `npm start [-- OPTIONS]`: serves the folder site/, or says in one sentence that this Node.js is too old for it.
import './node-version.cjs';

import('./serve-site.mjs');
