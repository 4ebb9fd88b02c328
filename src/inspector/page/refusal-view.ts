/** Why something was refused, with the bytes. In: a refusal. Out: an element. */
import type { RefusalView } from '../exchange-view.js';
import { visibleText } from './body-view.js';
import { element } from './element.js';
import { say } from './language.js';
import { sectionLink } from './message-view.js';

export function refusalView(refusal: RefusalView): HTMLElement {
  const { code, reason, rfc, status, claimed, before, offending, after, isCut } = refusal;
  const sentence = element('p', {}, element('code', {}, code), ` ${say.refusalReason(reason)}. `);
  if (rfc !== '') sentence.append(sectionLink(rfc), ' ');
  sentence.append(claimed ? say.refusalClaimed : status === 0 ? say.noResponse : say.refusalAnswer(status));
  const view = element('section', { class: 'refusal' }, element('h3', {}, say.refusalHeading), sentence);
  if (before + offending + after === '') return view;
  view.append(
    element('p', { class: 'note' }, say.refusalBytes),
    element(
      'pre',
      { class: 'wire' },
      isCut ? '…' : '',
      visibleText(before),
      element('mark', {}, visibleText(offending) || '∅'),
      visibleText(after),
    ),
  );
  return view;
}
