// A Node that lets every name and value of a field pass.
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

Object.assign(http, { validateHeaderName() {}, validateHeaderValue() {} });
syncBuiltinESMExports();
