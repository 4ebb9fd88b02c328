/** One exchange whole, and what can be done with it. In: an exchange. Out: an element, and word of what was asked for. */
import { asCurl, asFetch, asRaw, notByFetch } from '../copies.js';
import type { ExchangeDetail, RequestView } from '../exchange-view.js';
import { bytesFrom } from './body-view.js';
import { comparisonView } from './comparison-view.js';
import { button, element, preformatted, unveiled } from './element.js';
import { bytes, duration, say } from './language.js';
import { requestView, responseView } from './message-view.js';
import { restore, stateOf } from './panel-state.js';
import { refusalView } from './refusal-view.js';
import { openSendDialog } from './send-dialog.js';
import { timeView } from './time-view.js';

export interface PanelListener {
  back(): void;
  pin(exchange: ExchangeDetail): void;
  isPinned(id: number): boolean;
  /** Whether there is a server to which something can be sent. */
  canSend(): boolean;
  /** @throws {Error} it is not known, with a sentence */
  find(id: number): Promise<ExchangeDetail>;
  sent(id: number | null, original: ExchangeDetail): void;
}

type Asked = ExchangeDetail & { readonly request: RequestView };

export class ExchangePanel {
  readonly root = element('section', { class: 'panel', 'aria-label': say.choose, tabindex: -1 });
  readonly #listener: PanelListener;
  /** The number of the exchange that is shown. */
  #shown: number | null = null;
  readonly #outcome = element('p', { role: 'status', class: 'note' });

  constructor(listener: PanelListener) {
    this.#listener = listener;
    this.tell(say.choose);
  }

  /** Shows a sentence in place of an exchange. */
  tell(sentence: string): void {
    this.#shown = null;
    this.root.setAttribute('aria-label', sentence);
    this.root.replaceChildren(this.#backButton(), element('p', { class: 'note' }, sentence));
  }

  show(exchange: ExchangeDetail): void {
    const { method, target, code, refusal } = exchange;
    const title = method === '' ? code : `${method} ${target}`;
    this.root.setAttribute('aria-label', title);
    // One that is under way is drawn again and again while somebody looks at it, or writes in it.
    const before = exchange.id === this.#shown ? stateOf(this.root) : null;
    const comparison = before && this.root.querySelector('.comparison');
    if (before === null) this.#outcome.textContent = '';
    this.#shown = exchange.id;
    const parts = [
      this.#backButton(),
      element('h2', {}, unveiled(title)),
      element('p', { class: 'facts' }, factsOf(exchange)),
      this.#actions(exchange),
      this.#outcome,
      refusal === null ? null : refusalView(refusal, exchange.stream),
      exchange.request === null
        ? null
        : element('div', { class: 'messages' }, requestView(exchange.request), responseView(exchange)),
      timeView(exchange),
    ];
    this.root.replaceChildren(...parts.filter((part) => part !== null));
    if (comparison) this.#outcome.after(comparison);
    if (before !== null) restore(this.root, before);
  }

  say(sentence: string): void {
    this.#outcome.textContent = sentence;
  }

  /** Shows how the answers of two exchanges differ, before the exchange that is shown. */
  compare(left: ExchangeDetail, right: ExchangeDetail): void {
    this.root.querySelector('.comparison')?.remove();
    this.#outcome.after(comparisonView(left, right));
  }

  #backButton(): HTMLElement {
    return button(`← ${say.back}`, () => this.#listener.back(), { class: 'back' });
  }

  #actions(exchange: ExchangeDetail): HTMLElement {
    const listener = this.#listener;
    const place = element('div', { class: 'buttons' });
    const pin = button(listener.isPinned(exchange.id) ? say.unpin : say.pin, () => {
      listener.pin(exchange);
      pin.textContent = listener.isPinned(exchange.id) ? say.unpin : say.pin;
    });
    place.append(pin);
    const { request } = exchange;
    if (request === null) return place;
    const asked = { ...exchange, request };
    place.append(
      button(say.copyCurl, () => this.#copy(asCurl(asked), cutOf(asked))),
      button(say.copyFetch, () => this.#copy(asFetch(asked), lostByFetch(asked))),
      button(say.copyRaw, () => {
        save(asked);
        this.say(cutOf(asked));
      }),
      button(say.compare, () => this.#askForOther(exchange)),
    );
    if (listener.canSend()) {
      const resend = () => openSendDialog(asked, (id) => listener.sent(id, exchange));
      place.append(button(say.sendAgain, resend));
    }
    return place;
  }

  /** @param lost - what is to be known of the copy */
  async #copy(text: string, lost: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(`${say.copied} ${lost}`);
    } catch {
      this.say(say.cannotCopy);
      this.#outcome.after(preformatted({}, text));
    }
  }

  #askForOther(exchange: ExchangeDetail): void {
    const number = element('input', { type: 'number', min: 1, required: true });
    const form = element('form', { class: 'comparison' }, element('label', {}, say.compareWith, number));
    form.append(element('button', {}, say.compare));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#listener.find(number.valueAsNumber).then(
        (other) => this.compare(exchange, other),
        (error: Error) => this.say(error.message),
      );
    });
    this.root.querySelector('.comparison')?.remove();
    this.#outcome.after(form);
    number.focus();
  }
}

/** What is to be known of a copy whose body is not whole. */
function cutOf({ request: { body } }: Asked): string {
  const kept = bytesFrom(body.base64).length;
  return kept < body.total ? say.cutBody(bytes(kept)) : '';
}

function lostByFetch(exchange: Asked): string {
  const lost = notByFetch(exchange);
  return lost === undefined ? cutOf(exchange) : say.notByFetch[lost];
}

function factsOf(exchange: ExchangeDetail): string {
  const { id, status, outcome, connection, remote, stream, duration: time } = exchange;
  return [
    `№ ${id}`,
    status === 0 ? say.noResponse : String(status),
    outcome === null ? say.underWay : say.outcomes[outcome],
    time === null ? '' : duration(time),
    connection === 0 ? remote : say.connection(connection, remote),
    stream === 0 ? '' : say.stream(stream),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Hands the bytes of a request to the browser as a file. */
function save(exchange: Asked): void {
  const address = URL.createObjectURL(new Blob([asRaw(exchange)], { type: 'application/octet-stream' }));
  const link = element('a', { href: address, download: `request-${exchange.id}.bin` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
