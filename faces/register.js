// `node --import premier/register app.js`: puts premier under `node:http` and `node:https`.
import './register.cjs';
