// `premier FOLDER`: the settings of the command become the options of the document handler.
import type { Field } from './option-values.js';
import { type Context, type Site, serve } from './serve.js';
import type { Target } from './target.js';

/** Serves a folder until a signal comes. */
export async function serveFolder({ path }: Target, context: Context): Promise<void> {
  const { documents } = await import('../documents/index.js');
  const { settings, given } = context.args;
  const handler = documents(path, {
    listing: !settings['no-listing'],
    single: settings.single,
    cleanUrls: settings['clean-urls'],
    followLinks: settings['follow-links'],
    reload: settings.reload,
    cors: settings.cors,
    headers: merged(settings.header),
    ...(given.has('lang') && settings.lang ? { lang: settings.lang } : {}),
  });
  const site: Site = { handler, close: () => handler.close() };
  // A browser asks with OPTIONS and without the password whether it may send the password (Fetch, CORS preflight).
  if (settings.cors) {
    site.exempt = ({ method, headers }) =>
      method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  }
  await serve(site, context);
}

/** One value for each name: repeated fields are a list (RFC 9110, 5.3). */
function merged(fields: readonly Field[]): Record<string, string> {
  const values = new Map<string, Field>();
  for (const { name, value } of fields) {
    const earlier = values.get(name.toLowerCase());
    values.set(name.toLowerCase(), { name, value: earlier ? `${earlier.value}, ${value}` : value });
  }
  return Object.fromEntries([...values.values()].map(({ name, value }) => [name, value]));
}
