// An origin and, in front of it, a reverse proxy made with http-proxy. Prints the proxy's port.
import { createServer } from 'node:http';
import httpProxy from 'http-proxy';
import { WebSocketServer } from 'ws';

const origin = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://origin');
  if (pathname === '/echo') {
    response.setHeader('X-Method', request.method);
    request.pipe(response);
  } else if (pathname === '/told') {
    const { method, url, headers } = request;
    const { 'x-forwarded-proto': proto, 'x-forwarded-host': host, via, connection } = headers;
    response.end(JSON.stringify({ method, url, proto, host: host?.split(':')[0], via, connection }));
  } else if (pathname === '/fields') {
    response.writeHead(207, 'Multi', [
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2; Domain=origin',
      'X-Case',
      'Kept',
    ]);
    response.end('fields');
  } else if (pathname === '/moved') {
    response.writeHead(302, { Location: `http://${request.headers.host}/told` }).end();
  } else if (pathname === '/large') {
    let left = 50;
    const write = () => {
      while (left-- > 0) if (!response.write('x'.repeat(65_536))) return response.once('drain', write);
      response.end();
    };
    write();
  } else {
    console.log('origin has the request');
    request.resume();
    request.socket.on('close', () => console.log('origin saw the client leave'));
  }
});
const sockets = new WebSocketServer({ server: origin });
sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`origin got ${data}`)));

origin.listen(0, '127.0.0.1', () => {
  const target = `http://127.0.0.1:${origin.address().port}`;
  const proxy = httpProxy.createProxyServer({
    target,
    xfwd: true,
    autoRewrite: true,
    cookieDomainRewrite: 'proxy',
  });
  proxy.on('proxyReq', (outgoing) => outgoing.setHeader('Via', '1.1 proxy'));
  proxy.on('error', (_error, _request, response) => {
    if (response.writeHead && !response.headersSent) response.writeHead(502).end('no origin');
    else response.destroy();
  });
  const server = createServer((request, response) => {
    if (request.url === '/down') proxy.web(request, response, { target: 'http://127.0.0.1:1' });
    else proxy.web(request, response);
  });
  server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
});
