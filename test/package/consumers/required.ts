// The spelling that only CommonJS has.
import http = require('premier');
import https = require('premier/https');

export const server: http.Server = http.createServer((req: http.IncomingMessage, res) => res.end(req.url));
export const secure = new https.Server({}, (_req, res: http.ServerResponse) => res.end());
