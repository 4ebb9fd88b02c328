// `npm run build`: compiles src/ to dist/, unless nothing has changed since the last time.
import { build } from './prepare.mjs';

build();
