import { Agent } from 'node:http';
import { buffer } from 'node:stream/consumers';
import axios from 'axios';

export async function talk(origin, failure) {
  const httpAgent = new Agent({ keepAlive: true });
  const client = axios.create({ baseURL: origin, httpAgent });
  const json = await client.get('/json');
  const posted = await client.post('/echo', { mot: 'été' });
  const form = await client.postForm(
    '/echo',
    { mot: 'a' },
    { transformResponse: (text) => JSON.parse(text) },
  );
  const packed = await client.get('/gzip');
  const moved = await client.get('/moved');
  const kept = await client.post('/kept', 'again', { headers: { 'Content-Type': 'text/plain' } });
  const streamed = await buffer((await client.get('/large', { responseType: 'stream' })).data);
  let uploaded = 0;
  const onUploadProgress = ({ loaded }) => {
    uploaded = loaded;
  };
  const size = await client.put('/size', Buffer.alloc(1_000_000), { onUploadProgress });
  const missing = await client.get('/missing').catch(({ response }) => [response.statusText, response.data]);
  const late = await failure(client.get('/never', { timeout: 500 }));
  const half = await failure(client.get('/half'));
  httpAgent.destroy();
  return {
    json: json.data,
    posted: posted.data,
    form: [form.data.type, form.data.body.includes('name="mot"\r\n\r\na\r\n')],
    packed: packed.data,
    moved: [moved.data, moved.request.path],
    kept: kept.data,
    streamed: streamed.length,
    size: [size.data, uploaded],
    missing,
    late,
    half,
  };
}
