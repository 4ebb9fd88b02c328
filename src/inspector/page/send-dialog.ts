/** Lets a request be changed and sent again. In: an exchange. Out: the id of the new one, to whoever asked. */
import type { ExchangeDetail, RequestView } from '../exchange-view.js';
import { bytesFrom } from './body-view.js';
import { button, element } from './element.js';
import { bytes, say } from './language.js';
import * as server from './server.js';

/** @param onSent - called with the number of the new exchange, or null where it was not seen */
export function openSendDialog(
  exchange: ExchangeDetail & { request: RequestView },
  onSent: (id: number | null) => void,
): void {
  const { request } = exchange;
  const startLine = element('input', { value: request.startLine, spellcheck: 'false', class: 'wide' });
  const fields = element('textarea', { rows: 10, spellcheck: 'false' });
  fields.value = request.fields
    .filter(({ name }) => !name.startsWith(':'))
    .map(({ line }) => line)
    .join('\n');
  if (exchange.version === '2.0') fields.value = withHost(exchange, fields.value);
  const trailers = element('textarea', { rows: 2, spellcheck: 'false' });
  trailers.value = request.trailers.map(({ line }) => line).join('\n');
  const text = textOf(request.body.base64);
  const body = element('textarea', { rows: 6, spellcheck: 'false' });
  body.value = text ?? '';
  // What a control does to ends of lines is undone: a body that wasn't touched leaves as it came.
  const untouched = body.value;
  const isCut = bytesFrom(request.body.base64).length < request.body.total;
  const outcome = element('p', { role: 'status' });
  const dialog = element('dialog', { 'aria-label': say.editTitle });
  const send = async () => {
    outcome.textContent = say.sending;
    try {
      const id = await server.sendAgain({
        from: exchange.id,
        startLine: startLine.value,
        fields: fields.value.split('\n'),
        base64:
          text === null || body.value === untouched
            ? request.body.base64
            : base64Of(text.includes('\r\n') ? body.value.replace(/\n/g, '\r\n') : body.value),
        trailers: trailers.value.split('\n'),
      });
      dialog.close();
      onSent(id);
    } catch (error) {
      outcome.textContent = say.failed((error as Error).message);
    }
  };
  const labelled = (label: string, control: HTMLElement) => element('label', {}, label, control);
  dialog.append(
    element('h2', {}, say.editTitle),
    labelled(say.startLine, startLine),
    labelled(say.fields, fields),
    text === null
      ? element('p', {}, say.binaryBody(bytes(bytesFrom(request.body.base64).length)))
      : labelled(say.editBody, body),
    isCut ? element('p', {}, say.cutBody(bytes(bytesFrom(request.body.base64).length))) : '',
    request.trailers.length > 0 ? labelled(say.trailers, trailers) : '',
    outcome,
    element(
      'div',
      { class: 'buttons' },
      button(say.send, send, { class: 'main' }),
      button(say.cancel, () => dialog.close()),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** HTTP/1.1 has the name in Host. */
function withHost({ request }: ExchangeDetail, fields: string): string {
  const authority = request?.fields.find(({ name }) => name === ':authority')?.value;
  return authority === undefined || /^host:/im.test(fields) ? fields : `Host: ${authority}\n${fields}`;
}

function textOf(base64: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesFrom(base64));
  } catch {
    return null;
  }
}

function base64Of(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
