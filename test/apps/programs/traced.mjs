// A traced server. With `import` as its argument it imports node:http through OpenTelemetry's hook, else it requires it.
import { createRequire, register } from 'node:module';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { trace } from '@opentelemetry/api';

process.env.OTEL_SEMCONV_STABILITY_OPT_IN = 'http/dup';
const imported = process.argv[2] === 'import';
if (imported) register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const { spans } = await import('./tracing.mjs');
const http = imported ? await import('node:http') : createRequire(import.meta.url)('http');

const tracer = trace.getTracer('app');
const routes = {
  '/ok': (_request, response) => response.end('ok'),
  '/told': (_request, response) => {
    response.setHeader('X-Told', 'this');
    response.writeHead(201).end('told');
  },
  '/echo': async (request, response) => {
    const body = await text(request);
    tracer.startActiveSpan('inside', (span) => span.end());
    response.end(body);
  },
  '/later': (request, response) => {
    request.resume().on('end', () => {
      setTimeout(() => {
        tracer.startActiveSpan('in a listener', (span) => span.end());
        response.end('later');
      }, 1);
    });
  },
  '/error': (_request, response) => {
    response.statusCode = 503;
    response.end('no');
  },
  '/outgoing': (_request, response) => {
    http.get(`http://127.0.0.1:${server.address().port}/told`, async (answer) => {
      response.end(`it said ${await text(answer)}`);
    });
  },
  '/for-ever': (_request, response) => response.write('and on'),
  '/spans': async (_request, response) => response.end(JSON.stringify(await spans())),
};

const server = http.createServer((request, response) => {
  const route = routes[new URL(request.url, 'http://localhost').pathname];
  if (route) return route(request, response);
  response.statusCode = 404;
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
