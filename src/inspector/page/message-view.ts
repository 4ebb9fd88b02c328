/** A request or a response as it was on the wire, each field with its explanation on demand. In: a message. Out: an element. */
import type { ExchangeDetail, FieldView, HeadView, RequestView, ResponseView } from '../exchange-view.js';
import { explanationOf, linkTo } from '../explanations.js';
import { bodyView } from './body-view.js';
import { button, element, unveiled } from './element.js';
import { say } from './language.js';

export function requestView(request: RequestView): HTMLElement {
  const place = element('section', { class: 'message' }, element('h3', {}, say.request));
  place.append(headView(request), bodyOf(request, request.wire), ...trailersOf(request.trailers));
  return place;
}

export function responseView({ interims, response, refusal }: ExchangeDetail): HTMLElement {
  const place = element('section', { class: 'message' }, element('h3', {}, say.response));
  for (const interim of interims) place.append(element('h4', {}, say.interim), headView(interim));
  if (response === null) {
    const answered = refusal !== null && refusal.status !== 0;
    place.append(
      element('p', { class: 'note' }, answered ? say.refusalAnswer(refusal.status) : say.noResponse),
    );
    return place;
  }
  place.append(headView(response), bodyOf(response, null));
  if (response.chunkCount > 0) place.append(element('p', { class: 'note' }, chunksOf(response)));
  place.append(...trailersOf(response.trailers));
  return place;
}

function chunksOf({ chunks, chunkCount }: ResponseView): string {
  const shown = chunks.slice(0, 50);
  return say.chunks(chunkCount, shown.length < chunkCount ? [...shown, '…'] : shown);
}

function bodyOf(message: RequestView | ResponseView, wire: RequestView['wire']): HTMLElement {
  const value = (name: string) =>
    message.fields.find((field) => field.name.toLowerCase() === name)?.value ?? '';
  const type = (value('content-type').split(';')[0] ?? '').trim();
  return bodyView({ body: message.body, type, coding: value('content-encoding'), wire });
}

function trailersOf(trailers: readonly FieldView[]): HTMLElement[] {
  if (trailers.length === 0) return [];
  return [element('h4', {}, say.trailers), element('div', { class: 'head' }, ...trailers.map(fieldView))];
}

function headView({ startLine, fields }: HeadView): HTMLElement {
  return element(
    'div',
    { class: 'head' },
    element('div', { class: 'start' }, unveiled(startLine)),
    ...fields.map(fieldView),
  );
}

/** A line of the head; its name is a button that explains it. */
function fieldView(field: FieldView): HTMLElement {
  const { line, name, added, masked } = field;
  const rest = line.slice(name.length);
  const toggle = button(name, () => explain(), {
    class: 'name',
    'aria-expanded': 'false',
    title: say.explain(name),
  });
  const row = element('div', { class: 'field' }, toggle, unveiled(rest));
  if (added) row.append(' ', element('span', { class: 'tag' }, say.added));
  if (masked) row.append(' ', element('span', { class: 'tag' }, say.masked));
  let explanation: HTMLElement | null = null;
  function explain(): void {
    if (explanation === null) {
      explanation = explanationView(name);
      row.append(explanation);
    } else {
      explanation.remove();
      explanation = null;
    }
    toggle.setAttribute('aria-expanded', String(explanation !== null));
  }
  return row;
}

function explanationView(name: string): HTMLElement {
  const known = explanationOf(name);
  if (known === undefined) return element('p', { class: 'explanation' }, say.unexplained);
  return element('p', { class: 'explanation' }, `${known[say.language]} `, sectionLink(known.rfc));
}

/** The section that says so, as a link where it is one of an RFC. */
export function sectionLink(section: string): HTMLElement {
  const href = linkTo(section);
  if (href === undefined) return element('span', {}, section);
  return element(
    'a',
    { href, target: '_blank', rel: 'noreferrer', title: `${say.readIn} ${section}` },
    section,
  );
}
