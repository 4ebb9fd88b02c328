// Servers that stand behind others: balancers, proxies that end TLS. In: the settings of the command. Out: how servers are
// made from now on, those of a program too, where they don't say it themselves.
import type { Settings } from './options.js';

/** Milliseconds: balancers keep an idle connection for 60 to 75 s, and must be the first to close it. */
const keepAlive = 80_000;

export async function setUpBehindProxies(settings: Settings): Promise<void> {
  const { 'trust-proxy': trusted, 'proxy-protocol': senders, 'behind-proxy': behindProxy } = settings;
  if (trusted === undefined && senders === undefined && !behindProxy) return;
  const { setProxySenders, setTrustedProxies, setUsualKeepAliveTimeout } = await import('../observe.js');
  if (trusted !== undefined) setTrustedProxies('--trust-proxy', trusted);
  if (senders !== undefined) setProxySenders('--proxy-protocol', senders);
  if (behindProxy) setUsualKeepAliveTimeout(keepAlive);
}
