// A Node whose messages make their entries in another step.
import http from 'node:http';

Reflect.deleteProperty(http.ServerResponse.prototype, '_finish');
