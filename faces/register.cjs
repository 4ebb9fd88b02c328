// `node -r premier/register app.js`: puts premier under `node:http` and `node:https`.
require('./engine.cjs').register();
