// Prints whether node:http serves with premier.
import { Server } from 'node:http';
import premier from '../../../dist/index.js';

console.log(Server === premier.Server ? 'premier' : 'node:http');
