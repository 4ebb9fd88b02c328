/** Why something was refused, with the bytes. In: a refusal. Out: an element. */
import type { ExchangeDetail, RefusalView } from '../exchange-view.js';
import { visibleText } from './body-view.js';
import { element, preformatted } from './element.js';
import { say } from './language.js';
import { sectionLink } from './message-view.js';

/** @param stream - of HTTP/2, that was refused; 0 where none was */
export function refusalView(refusal: RefusalView, stream: ExchangeDetail['stream']): HTMLElement {
  const { code, rfc, before, offending, after, isCut } = refusal;
  const sentence = element('p', {}, element('code', {}, code), ` ${reasonOf(refusal)}. `);
  if (rfc !== '') sentence.append(sectionLink(rfc), ' ');
  sentence.append(whatCame(refusal, stream));
  const view = element('section', { class: 'refusal' }, element('h3', {}, say.refusalHeading), sentence);
  if (before + offending + after === '') return view;
  view.append(
    element('p', { class: 'note' }, say.refusalBytes),
    preformatted(
      { class: 'wire' },
      isCut ? '…' : '',
      visibleText(before),
      element('mark', {}, visibleText(offending) || '∅'),
      visibleText(after),
    ),
  );
  return view;
}

/** Why, in a sentence; OpenSSL's word for what is frequent says little to who has not met it before. */
function reasonOf({ code, reason }: RefusalView): string {
  if (/^ERR_SSL_HTTPS?(_PROXY)?_REQUEST$/.test(code)) return say.plainHttpOnTls(reason);
  if (/ alert (unknown ca|certificate unknown|bad certificate)\b/i.test(reason)) return say.untrusted(reason);
  return say.refusalReason(reason);
}

/** What the server did about it. */
function whatCame({ code, status, claimed }: RefusalView, stream: number): string {
  if (status !== 0) return say.refusalAnswer(status);
  // Over HTTP/2 the program can't answer in place of these frames.
  const [, error] = /^HTTP2_(.+)$/.exec(code) ?? [];
  if (error !== undefined) return stream === 0 ? say.connectionEnded(error) : say.streamReset(stream, error);
  return claimed ? say.refusalClaimed : say.unanswered;
}
