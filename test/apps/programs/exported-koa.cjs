const { Readable } = require('node:stream');
const Koa = require('koa');

const app = new Koa();
app.silent = true;

function* breaking() {
  yield 'begun';
  throw new Error('broken');
}

app.use((ctx) => {
  ctx.body = 'hello';
  if (ctx.path === '/') return;
  ctx.set({ ETag: '"a"', 'Cache-Control': 'immutable', 'X-Own': 'x', 'Content-Length': '60' });
  if (ctx.path === '/throw') throw new Error('thrown');
  ctx.remove('Content-Length');
  ctx.body = Readable.from(breaking());
});

module.exports = app;
