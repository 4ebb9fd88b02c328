const app = require('express')();

app.get('/', (_req, res) => res.end('hello'));
app.use((_req, res, next) => {
  res.set({ ETag: '"a"', 'Cache-Control': 'immutable', 'X-Own': 'x', 'Content-Length': '60' });
  next();
});
app.get('/throw', () => {
  throw new Error('thrown');
});
app.get('/async', async () => {
  throw new Error('thrown');
});
app.get('/callback', () => {
  setImmediate(() => {
    throw new Error('thrown');
  });
});
app.get('/teapot', () => {
  throw Object.assign(new Error('short and stout'), { status: 418, headers: { 'X-Pot': 'tea' } });
});
app.get('/busy', () => {
  throw Object.assign(new Error('too much to do'), { statusCode: 503 });
});
app.get('/break', (_req, res, next) => {
  res.write('begun');
  next(new Error('broken'));
});

module.exports = app;
