// Servers with messages of the program's own, and what premier adds.
import http, {
  type ClientError,
  createServer,
  IncomingMessage,
  Server,
  type ServerOptions,
  ServerResponse,
} from 'premier';

class MyRequest extends IncomingMessage {
  user = 'nobody';
}

class MyResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  json(value: unknown): void {
    this.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
  }
}

// Inferred from the options.
createServer({ IncomingMessage: MyRequest }, (req, res) => {
  const user: string = req.user;
  const again: string = res.req.user;
  res.end(user + again);
});
const inferred = createServer({ IncomingMessage: MyRequest, ServerResponse: MyResponse });
inferred.on('request', (req, res) => res.json({ user: req.user }));
inferred.once('upgrade', (req, socket, head) => {
  const bytes: Buffer = head;
  socket.end(`${req.user}${bytes.length}`);
});
inferred.prependListener('checkContinue', (req, res) => {
  res.writeContinue();
  res.json(req.user);
});

// Named.
export const named = createServer<typeof MyRequest, typeof MyResponse>({
  IncomingMessage: MyRequest,
  ServerResponse: MyResponse,
});
export const plain: Server<typeof MyRequest> = new Server({ IncomingMessage: MyRequest });
export function answer(res: ServerResponse<MyRequest>): string {
  return res.req.user;
}

// What premier adds.
const options: ServerOptions = {
  httpValidation: 'strict',
  keepAliveTimeoutBuffer: 500,
  optimizeEmptyRequests: true,
  shouldUpgradeCallback: (req) => req.headers.upgrade === 'websocket',
};
const server = http.createServer(options);
server.on('clientError', (error, socket) => {
  const { code, reason, rfc, status = 400 } = error;
  const texts: (string | undefined)[] = [code, reason, rfc];
  if (socket.writable) socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n${texts.join()}`);
  // @ts-expect-error: it is typed, and has no such property
  error.section;
});
export const onClientError = (error: ClientError): string => error.rfc ?? error.message;
server.on('clientError', onClientError).once('clientError', (error: Error) => console.error(error));
server.on('drop', () => {});
server.on(Symbol('own'), () => {});
server.setTimeout(1000, (socket) => socket.destroy()).closeIdleConnections();

class MyServer extends http.Server {
  override on(event: string, listener: (...args: any[]) => void): this {
    return super.on(event, listener);
  }
  override close(callback?: (error?: Error) => void): this {
    return super.close(callback);
  }
}
export const mine: http.Server = new MyServer();

// @ts-expect-error: not a validation there is
createServer({ httpValidation: 'lenient' });
// @ts-expect-error: the message is ours, and has no such property
inferred.on('request', (req) => req.nobody);
