// A Node that keeps the state of messages and servers where only it finds it.
import http from 'node:http';
import { hide } from './hide.js';

const message = new http.OutgoingMessage();
hide(message, http.OutgoingMessage.prototype, 'kOutHeaders');
hide(message, http.OutgoingMessage.prototype, 'kHighWaterMark');
hide(message, http.OutgoingMessage.prototype, 'kNeedDrain');
hide(new http.IncomingMessage(null as never), http.IncomingMessage.prototype, 'kHeadersCount');
const server = new http.Server();
server.emit('listening');
hide(server, http.Server.prototype, 'http.server.connectionsCheckingInterval');
server.close();
