// `premier FOLDER`: the settings of the command become the options of the document handler.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { FieldRules, type FieldValue, type HeaderRules } from '../documents/answer-fields.js';
import { certificatesFor } from './certificates.js';
import type { Context } from './context.js';
import { withHostCheck } from './host-check.js';
import { withInspectorHint } from './inspector-hint.js';
import type { Field } from './option-values.js';
import { type Site, serve } from './serve.js';
import { withTranslations } from './translations.js';
import { UsageError } from './trouble.js';

/** Serves a folder until a signal comes. */
export async function serveFolder(context: Context): Promise<void> {
  const { documents } = await import('../documents/index.js');
  const { settings, given } = context.args;
  if (settings.listing && settings['no-listing']) {
    throw new UsageError(context.say.contradiction('--listing', '--no-listing'));
  }
  const headers = headersFrom(settings.header);
  const handler = documents(context.target.path, {
    ...(settings.listing || settings['no-listing'] ? { listing: settings.listing } : {}),
    single: settings.single,
    cleanUrls: settings['clean-urls'],
    followLinks: settings['follow-links'],
    reload: settings.reload,
    onPolling: ({ message }) => console.error(`premier: ${context.say.cannotWatch(message)}`),
    cors: settings.cors,
    headers,
    ...(given.has('lang') && settings.lang ? { lang: settings.lang } : {}),
  });
  const { translations, inspector } = context;
  const hinted = translations && inspector?.length ? withInspectorHint(handler, inspector) : handler;
  const translated = translations ? withTranslations(hinted, translations) : hinted;
  const rules = {
    hosts: settings.host,
    allowed: [...settings['allow-host'], ...settings.name],
    own: settings.domain.flat(),
  };
  const addFields = fieldsOfRefusals(headers, settings.cors);
  const checked = withHostCheck(translated, rules, context.command, context.say, addFields);
  const site: Site = { handler: checked, addFields, close: () => handler.close() };
  // A browser asks with OPTIONS and without the password whether it may send the password (Fetch, CORS preflight).
  if (settings.cors) {
    site.exempt = ({ method, headers }) =>
      method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  }
  await serve(site, context, await certificatesFor(context));
}

/** What goes with every answer goes also with those that the command gives in place of the folder. */
function fieldsOfRefusals(headers: HeaderRules, cors: boolean | string) {
  const rules = new FieldRules(headers, cors);
  return ({ url = '' }: IncomingMessage, res: ServerResponse): void => {
    const { refusal, vary } = rules.forUrl(url);
    for (const name of vary) res.appendHeader('Vary', name);
    for (let i = 0; i < refusal.length; i += 2)
      res.appendHeader(refusal[i] as string, refusal[i + 1] as string);
  };
}

/** The fields as the document handler takes them: what is repeated is a line for each value. */
function headersFrom(fields: readonly Field[]): HeaderRules {
  // Names come from outside: `constructor` is one as good as any.
  const rules: HeaderRules = Object.create(null);
  for (const { path, name, value } of fields) {
    if (path !== undefined) rules[path] ??= Object.create(null) as Record<string, FieldValue>;
    const place = (path === undefined ? rules : rules[path]) as Record<string, FieldValue>;
    const known = Object.keys(place).find((other) => other.toLowerCase() === name.toLowerCase()) ?? name;
    place[known] = [...[(place[known] ?? []) as FieldValue].flat(), value];
  }
  return rules;
}
