// Serves a folder by the package sirv, as it is set up for production. In: the folder.
import http from 'node:http';
import process from 'node:process';
import sirv from 'sirv';

const [folder] = process.argv.slice(2);
const server = http.createServer(sirv(folder, { etag: true }));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
