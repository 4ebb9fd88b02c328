// Packages call the header methods of http.OutgoingMessage.prototype on a response, to get behind those that others patched.
import assert from 'node:assert/strict';
import { behaviour, get } from '../subjects.js';

behaviour(
  "OutgoingMessage's own methods see and change the fields of a response",
  async ({ serve, http }) => {
    const own = http.OutgoingMessage.prototype;
    const { ask } = await serve((_req, res) => {
      res.setHeader('X-Here', '1');
      own.setHeader.call(res, 'X-Set', 'é');
      own.appendHeader.call(res, 'X-Set', 'again');
      own.appendHeader.call(res, 'Set-Cookie', ['a=1', 'b=2']);
      assert.equal(own.getHeader.call(res, 'x-here'), '1');
      assert.equal(own.hasHeader.call(res, 'X-SET'), true);
      assert.deepEqual(own.getHeaderNames.call(res), ['x-here', 'x-set', 'set-cookie']);
      assert.deepEqual({ ...own.getHeaders.call(res) }, { ...res.getHeaders() });
      own.removeHeader.call(res, 'X-Here');
      assert.deepEqual(res.getHeaderNames(), ['x-set', 'set-cookie']);
      assert.deepEqual(res.getHeader('x-set'), ['é', 'again']);
      res.end(Buffer.from('ok'));
    });
    const answer = await ask(get());
    assert.equal(answer.field('x-here'), undefined);
    assert.equal(answer.fields.filter(([name]) => name === 'X-Set').length, 2);
    assert.equal(answer.field('set-cookie'), 'a=1, b=2');
  },
);

behaviour('they work on a response that has no field yet', async ({ serve, http }) => {
  const own = http.OutgoingMessage.prototype;
  const { ask } = await serve((_req, res) => {
    assert.equal(own.getHeader.call(res, 'x-a'), undefined);
    assert.deepEqual(own.getHeaderNames.call(res), []);
    own.setHeader.call(res, 'X-A', 'first');
    res.end();
  });
  assert.equal((await ask(get())).field('x-a'), 'first');
});

behaviour(
  'they refuse what would split the answer, and what comes after the head',
  async ({ serve, http }) => {
    const own = http.OutgoingMessage.prototype;
    const { ask } = await serve((_req, res) => {
      assert.throws(() => own.setHeader.call(res, 'X-A', 'a\r\nX-B: b'), { code: 'ERR_INVALID_CHAR' });
      assert.throws(() => own.appendHeader.call(res, 'X A', 'a'), { code: 'ERR_INVALID_HTTP_TOKEN' });
      res.flushHeaders();
      assert.throws(() => own.setHeader.call(res, 'X-A', 'a'), { code: 'ERR_HTTP_HEADERS_SENT' });
      res.end();
    });
    assert.equal((await ask(get())).field('x-b'), undefined);
  },
);
