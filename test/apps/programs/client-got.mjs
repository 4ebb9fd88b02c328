import { Agent } from 'node:http';
import { buffer } from 'node:stream/consumers';
import got from 'got';

export async function talk(origin, failure) {
  const agent = new Agent({ keepAlive: true });
  const client = got.extend({
    prefixUrl: origin,
    agent: { http: agent },
    retry: { limit: 1, calculateDelay: ({ computedValue }) => (computedValue ? 1 : 0) },
  });
  const json = await client('json').json();
  const form = await client.post('echo', { form: { mot: 'été' } }).json();
  const posted = await client.put('echo', { json: { mot: 'été' } }).json();
  const packed = await client('gzip').text();
  const moved = await client('moved');
  const busy = await client('busy');
  const streamed = await buffer(client.stream('large'));
  const missing = await client('missing').catch(({ response }) => [response.statusMessage, response.body]);
  const late = await failure(client('never', { timeout: { request: 500 }, retry: { limit: 0 } }));
  const half = await failure(client('half', { retry: { limit: 0 } }).text());
  agent.destroy();
  return {
    json,
    form,
    posted,
    packed,
    moved: [moved.body, moved.redirectUrls.map(({ pathname }) => pathname)],
    busy: [busy.statusCode, busy.retryCount],
    streamed: streamed.length,
    missing,
    late,
    half,
  };
}
