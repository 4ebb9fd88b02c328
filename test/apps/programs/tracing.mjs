// Traces HTTP with OpenTelemetry and keeps the spans that have ended, in a form without ids, ports and times.
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';

const open = new Set();
const ended = [];
const waiting = [];
const settle = () => {
  if (open.size === 0) for (const resolve of waiting.splice(0)) resolve(ended.splice(0));
};

/** Resolves with the spans that ended since the last call, once none is open any more. */
export const spans = () =>
  new Promise((resolve) => {
    waiting.push(resolve);
    settle();
  });

function describe(span, parent) {
  const attributes = Object.entries(span.attributes).map(([name, value]) => [
    name,
    /port$/.test(name) ? 'PORT' : value,
  ]);
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    status: SpanStatusCode[span.status.code],
    parent: parent ?? (span.parentSpanContext ? 'remote' : 'none'),
    traced: span.parentSpanContext && !parent ? span.spanContext().traceId : undefined,
    attributes: Object.fromEntries(attributes.sort(([a], [b]) => (a < b ? -1 : 1))),
    events: span.events.map(({ name }) => name),
  };
}

const names = new Map();
const spanProcessors = [
  {
    onStart(span) {
      open.add(span);
      names.set(span.spanContext().spanId, span.name);
    },
    onEnd(span) {
      open.delete(span);
      ended.push(describe(span, names.get(span.parentSpanContext?.spanId)));
      settle();
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  },
];

const tracerProvider = new BasicTracerProvider({ spanProcessors });
trace.setGlobalTracerProvider(tracerProvider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
registerInstrumentations({
  tracerProvider,
  instrumentations: [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: ({ url }) => url === '/spans',
      headersToSpanAttributes: {
        server: { requestHeaders: ['x-asked'], responseHeaders: ['x-told'] },
      },
      requestHook: (span, request) => span.setAttribute('hook.request', request.constructor.name),
      responseHook: (span, response) => span.setAttribute('hook.response', response.constructor.name),
      applyCustomAttributesOnSpan: (span, _request, response) =>
        span.setAttribute('hook.status', response.statusCode ?? 0),
    }),
  ],
});
