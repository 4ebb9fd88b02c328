// An inspector beside a server of HTTP and one of HTTPS.
import http from 'premier';
import https from 'premier/https';
import { type Inspector, type InspectorOptions, inspect, inspectServers } from 'premier/inspector';

const options: InspectorOptions = { port: 0, redact: ['X-Api-Key'], maxExchanges: 100 };
const inspected: Promise<Inspector> = inspect(http.createServer(), options);
inspected.then(async ({ url, close }) => {
  console.log(url.length);
  await close();
});
inspect(https.createServer());
inspectServers({ host: '127.0.0.1', anywhere: false });
// @ts-expect-error: no such option
inspect(http.createServer(), { prot: 1 });
// @ts-expect-error: no server
inspect((_req: unknown, res: { end(): void }) => res.end());
