/** How two answers differ. In: two exchanges. Out: a table. */
import { differences } from '../comparison.js';
import type { ExchangeDetail } from '../exchange-view.js';
import { element, unveiled } from './element.js';
import { say } from './language.js';

export function comparisonView(left: ExchangeDetail, right: ExchangeDetail): HTMLElement {
  const rows = differences(left, right);
  const view = element(
    'section',
    { class: 'comparison' },
    element('h3', {}, say.comparison(left.id, right.id)),
  );
  if (rows.length === 0) {
    view.append(element('p', {}, say.same));
    return view;
  }
  const names = [say.difference, `${left.id}`, `${right.id}`];
  const head = element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)));
  const body = rows.map(({ what, left: one, right: other }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, what),
      element('td', {}, unveiled(one ?? say.none)),
      element('td', {}, unveiled(other ?? say.none)),
    ),
  );
  view.append(element('table', {}, element('thead', {}, head), element('tbody', {}, ...body)));
  return view;
}
