/** Where the time of an exchange went, as bars and in numbers. In: an exchange. Out: a table. */
import type { ExchangeDetail } from '../exchange-view.js';
import { phasesOf } from '../phases.js';
import { element } from './element.js';
import { duration, say } from './language.js';

export function timeView(exchange: ExchangeDetail): HTMLElement | null {
  const now = Math.max(0, Date.now() - exchange.startedAt);
  const phases = phasesOf(exchange, now);
  const end = Math.max(0.001, ...phases.map(({ to }) => to));
  if (phases.length === 0) return null;
  const rows = phases.map(({ name, from, to }) => {
    const bar = element('div', { class: `bar ${name}` });
    bar.style.marginInlineStart = `${(from / end) * 100}%`;
    bar.style.width = `${Math.max(0.3, ((to - from) / end) * 100)}%`;
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, say.phases[name]),
      element('td', { class: 'number' }, duration(to - from)),
      element(
        'td',
        { class: 'track' },
        element('span', { class: 'heard' }, `${duration(from)} – ${duration(to)}`),
        bar,
      ),
    );
  });
  const columns = [say.phase, say.columns.time, say.fromTo];
  const head = element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)));
  return element(
    'section',
    {},
    element('h3', {}, say.time),
    element(
      'table',
      { class: 'time' },
      element('thead', { class: 'heard' }, head),
      element('tbody', {}, ...rows),
    ),
  );
}
