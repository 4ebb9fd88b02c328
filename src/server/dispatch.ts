/**
 * Hands a request to the program: which event it becomes, or which answer the server gives by itself.
 *
 * In: a request and its response, with the head they were made from. Out: 'request', 'checkContinue',
 * 'checkExpectation' or 'dropRequest' on the server, in Node's order of precedence; or 400, 404, 417, 503.
 */
import type { RequestHead } from '../http1/request-head.js';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponse } from '../message/server-response.js';
import type { HttpServer } from './http-server.js';
import { tellOwnAnswer } from './own-answers.js';
import { answerWithoutHandler } from './welcome-page.js';

const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/** @param count - which request of its connection this is, from 1 on */
export function dispatch(
  server: HttpServer,
  head: RequestHead,
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
): void {
  if (head.minorVersion > 0) {
    if (head.host === null && server.requireHostHeader) {
      tellOwnAnswer(response, 'hostMissing');
      response.writeHead(400, ['Connection', 'close']);
      response.end();
      return;
    }
    dispatchExpecting(server, head.expect, request, response, count);
  } else {
    emitRequest(server, request, response);
  }
}

/**
 * The same for a request whose client knows expectations, and that names its host.
 * @param expect - its Expect field
 */
export function dispatchExpecting(
  server: HttpServer,
  expect: string | null,
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
): void {
  const most = server.maxRequestsPerSocket;
  if (typeof most === 'number' && most > 0) {
    response.maxRequestsOnConnectionReached = count >= most;
    if (count > most) {
      server.emit('dropRequest', request, request.socket);
      tellOwnAnswer(response, 'tooManyRequests');
      response.writeHead(503);
      response.end();
      return;
    }
  }
  if (expect !== null) dispatchExpectation(server, expect, request, response);
  else emitRequest(server, request, response);
}

function dispatchExpectation(
  server: HttpServer,
  expectation: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (CONTINUE.test(expectation)) {
    response._expect_continue = true;
    if (server.listenerCount('checkContinue') > 0) {
      server.emit('checkContinue', request, response);
    } else {
      response.writeContinue();
      emitRequest(server, request, response);
    }
  } else if (server.listenerCount('checkExpectation') > 0) {
    server.emit('checkExpectation', request, response);
  } else {
    tellOwnAnswer(response, 'expectationUnknown');
    response.writeHead(417);
    response.end();
  }
}

function emitRequest(server: HttpServer, request: IncomingMessage, response: ServerResponse): void {
  const heard = server.emit('request', request, response);
  // A server that only waits for its timeouts is silent on purpose.
  if (!heard && server.listenerCount('timeout') === 0) answerWithoutHandler(request, response);
}
