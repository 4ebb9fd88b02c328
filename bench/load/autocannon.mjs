// Runs autocannon in a process of its own: a file of its options in, its result as JSON out.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import autocannon from 'autocannon';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
console.log(JSON.stringify(await autocannon(JSON.parse(readFileSync(process.argv[2], 'utf8')))));
