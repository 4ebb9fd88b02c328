// A Node that keeps the option `onread` where only it finds it.
import { Socket } from 'node:net';
import { hide } from './hide.js';

const socket = new Socket();
hide(socket, Socket.prototype, 'kBuffer');
hide(socket, Socket.prototype, 'kBufferCb');
