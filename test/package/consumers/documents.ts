// A folder of documents, after premier and after node:http; and the module without exports.
import nodeHttp from 'node:http';
import http from 'premier';
import { type DocumentsHandler, type DocumentsOptions, documents } from 'premier/documents';
import 'premier/register';

const options: DocumentsOptions = { listing: false, headers: { 'Cache-Control': 'max-age=60' } };
const handler: DocumentsHandler = documents('public', options);
http.createServer(handler);
nodeHttp.createServer((req, res) => handler(req, res, (error?: unknown) => console.error(error)));
handler.close();
// @ts-expect-error: no such option
documents('public', { listings: true });
