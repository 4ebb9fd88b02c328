// Clients with kept connections that ask without a pause until their server has stopped. Each gives how many requests were
// answered, and how many were lost: sent on a connection that the server had not refused, and never answered. That nobody
// listens any more (ECONNREFUSED) is no loss.
import { once } from 'node:events';
import http from 'node:http';
import { has, runLoad } from '../processes.mjs';

/** Asks with `ask` in so many loops; a loop ends when nobody listens any more. */
async function loops(width, ask) {
  const counts = { answered: 0, lost: 0, why: {} };
  const one = async () => {
    for (;;) {
      try {
        await ask();
        counts.answered++;
      } catch (error) {
        const code = error.cause?.code ?? error.code ?? error.message;
        if (code === 'ECONNREFUSED') return;
        counts.lost++;
        counts.why[code] = (counts.why[code] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: width }, one));
  return counts;
}

/** undici, as it is in Node. */
export const undici = (port, width, path) =>
  loops(width, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    await answer.text();
  });

/** http.Agent with keepAlive. */
export async function agent(port, width, path) {
  const kept = new http.Agent({ keepAlive: true });
  const counts = await loops(width, async () => {
    const request = http.get({ port, host: '127.0.0.1', path, agent: kept });
    const [answer] = await once(request, 'response');
    answer.resume();
    await once(answer, 'end');
  });
  kept.destroy();
  return counts;
}

const numberAfter = (text, label) => Number(new RegExp(`${label}\\s+(\\d+)`).exec(text)?.[1] ?? 0);

/**
 * ab, which speaks HTTP/1.0: neither server keeps such connections, and what it loses waits in the kernel's queue to be
 * accepted. It ends at the first connection that fails, and says how.
 */
export async function ab(port, width, path) {
  if (!has('ab')) return { skipped: 'ab is not installed' };
  const printed = await runLoad(
    ['sh', '-c', `ab -k -q -t 2 -n 1000000 -c ${width} http://127.0.0.1:${port}${path} 2>&1; true`],
    30,
  );
  // It tells of resets by ending with that word; without, it ends with a refused connection.
  const lost = /reset by peer/i.test(printed) ? 1 : numberAfter(printed, 'Failed requests:');
  const answered = numberAfter(printed, 'Complete requests:') || numberAfter(printed, 'Total of');
  return { answered, lost, why: lost > 0 ? { 'reset or failed': lost } : {} };
}

/** http.Agent without keepAlive: a connection for each request. */
export async function fresh(port, width, path) {
  const agent = new http.Agent({ keepAlive: false });
  return loops(width, async () => {
    const request = http.get({ port, host: '127.0.0.1', path, agent });
    const [answer] = await once(request, 'response');
    answer.resume();
    await once(answer, 'end');
  });
}
