/**
 * The list of exchanges, of which only the rows in sight are in the document. In: summaries in the order in which they are
 * shown. Out: rows, and word of which one was chosen, by mouse or keys.
 */
import type { ExchangeSummary } from '../exchange-view.js';
import { element, unveiled } from './element.js';
import { bytes, duration, say } from './language.js';

/** Rows beyond the edges, so that none is missing while it scrolls. */
const SPARE = 6;

/** CSS pixels below which a row has two lines; as in page.css. */
const NARROW = 704;

/** The class of a status, by which it is coloured; its number is there as well. */
const classOf = ({ status, outcome }: ExchangeSummary): string =>
  status >= 100
    ? `s${Math.floor(status / 100)}`
    : outcome === 'refused' || outcome === 'aborted'
      ? 's4'
      : 's0';

const statusText = ({ status, outcome }: ExchangeSummary): string => {
  if (outcome === 'refused') return status === 0 ? '✗' : `✗ ${status}`;
  if (outcome === 'aborted') return status === 0 ? '–' : `${status} –`;
  if (outcome === 'upgraded') return status === 0 ? '⇄' : `${status} ⇄`;
  return status === 0 ? '…' : String(status);
};

/** What is to be known of what the list shows. */
export interface Circumstances {
  /** Those that the page keeps by itself. */
  pinned: ReadonlySet<number>;
  /** Others with a smaller number can't be opened any more. */
  oldest: number;
  whenEmpty: string;
}

export class ExchangeList {
  readonly root: HTMLElement;
  readonly #rows = element('div', { class: 'rows', role: 'presentation' });
  readonly #list: HTMLElement;
  readonly #empty = element('p', { class: 'empty' });
  readonly #onChoose: (id: number) => void;
  readonly #onEnter: () => void;
  #shown: readonly ExchangeSummary[] = [];
  #pinned: ReadonlySet<number> = new Set();
  #oldest = 0;
  #chosen: number | null = null;
  /** What each row in the document shows. */
  readonly #made = new Map<number, { row: HTMLElement; of: ExchangeSummary; text: string }>();

  constructor(onChoose: (id: number) => void, onEnter: () => void) {
    this.#onChoose = onChoose;
    this.#onEnter = onEnter;
    const { method, target, status, type, bytes: size, time } = say.columns;
    const names = [method, target, status, type, size, time];
    const head = element('div', { class: 'row columns', 'aria-hidden': 'true' });
    for (const [index, name] of names.entries()) head.append(element('span', { class: `c${index}` }, name));
    this.#list = element(
      'div',
      { class: 'list', role: 'listbox', tabindex: 0, 'aria-label': say.list },
      this.#rows,
    );
    this.root = element('div', { class: 'exchanges' }, head, this.#list, this.#empty);
    this.#list.addEventListener('scroll', () => this.#draw(), { passive: true });
    this.#list.addEventListener('keydown', (event) => this.#onKey(event));
    this.#rows.addEventListener('click', (event) => {
      const row = (event.target as Element).closest<HTMLElement>('[data-id]');
      if (row) this.#choose(Number(row.dataset.id));
    });
    new ResizeObserver(() => this.#draw()).observe(this.#list);
  }

  show(exchanges: readonly ExchangeSummary[], { pinned, oldest, whenEmpty }: Circumstances): void {
    const before = this.#shown;
    this.#shown = exchanges;
    this.#pinned = pinned;
    this.#oldest = oldest;
    this.#empty.textContent = exchanges.length === 0 ? whenEmpty : '';
    this.#keepPlace(before);
    this.#draw();
  }

  choose(id: number | null): void {
    this.#chosen = id;
    this.#draw();
  }

  focus(): void {
    this.#list.focus();
  }

  get #height(): number {
    return this.root.clientWidth < NARROW ? 48 : 30;
  }

  /** What is looked at stays where it is when rows come above it. */
  #keepPlace(before: readonly ExchangeSummary[]): void {
    const top = this.#list.scrollTop;
    const first = before[Math.floor(top / this.#height)];
    this.#rows.style.height = `${this.#shown.length * this.#height}px`;
    if (top < this.#height || first === undefined) return;
    const now = this.#shown.findIndex(({ id }) => id === first.id);
    if (now >= 0) this.#list.scrollTop = now * this.#height + (top % this.#height);
  }

  #draw(): void {
    const height = this.#height;
    this.#rows.style.height = `${this.#shown.length * height}px`;
    const from = Math.max(0, Math.floor(this.#list.scrollTop / height) - SPARE);
    const to = Math.min(
      this.#shown.length,
      Math.ceil((this.#list.scrollTop + this.#list.clientHeight) / height) + SPARE,
    );
    const wanted = new Set(this.#shown.slice(from, to).map(({ id }) => id));
    for (const [id, { row }] of this.#made) {
      if (wanted.has(id)) continue;
      row.remove();
      this.#made.delete(id);
    }
    for (let index = from; index < to; index++) this.#place(this.#shown[index] as ExchangeSummary, index);
    this.#order(from, to);
    const made = this.#chosen === null ? undefined : this.#made.get(this.#chosen);
    if (made) this.#list.setAttribute('aria-activedescendant', made.row.id);
    else this.#list.removeAttribute('aria-activedescendant');
  }

  /** Rows are heard in the order of the document. */
  #order(from: number, to: number): void {
    let next = this.#rows.firstChild;
    for (const { id } of this.#shown.slice(from, to)) {
      const row = this.#made.get(id)?.row as HTMLElement;
      if (row === next) next = next.nextSibling;
      else this.#rows.insertBefore(row, next);
    }
  }

  #place(exchange: ExchangeSummary, index: number): void {
    const pinned = this.#pinned.has(exchange.id);
    let made = this.#made.get(exchange.id);
    if (made === undefined) {
      const row = element('div', { role: 'option', 'data-id': exchange.id, id: `x${exchange.id}` });
      this.#rows.append(row);
      made = { row, of: exchange, text: '' };
      this.#made.set(exchange.id, made);
    }
    const { row } = made;
    row.style.transform = `translateY(${index * this.#height}px)`;
    row.setAttribute('aria-posinset', String(index + 1));
    row.setAttribute('aria-setsize', String(this.#shown.length));
    row.setAttribute('aria-selected', String(exchange.id === this.#chosen));
    const gone = exchange.id < this.#oldest && !pinned;
    const text = `${exchange.revision} ${pinned} ${gone}`;
    if (made.text === text) return;
    made.text = text;
    row.className = `row ${classOf(exchange)}${pinned ? ' pinned' : ''}${gone ? ' gone' : ''}`;
    const cells = cellsOf(exchange);
    row.replaceChildren(
      ...cells.map((cell, column) => element('span', { class: `c${column}` }, cell)),
      element(
        'span',
        { class: 'heard' },
        heardOf(exchange, pinned ? say.pinned : gone ? say.noLongerKept : ''),
      ),
    );
  }

  #choose(id: number): void {
    this.#chosen = id;
    this.#draw();
    this.#onChoose(id);
  }

  #onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#list.clientHeight / this.#height) - 1);
    const at = this.#shown.findIndex(({ id }) => id === this.#chosen);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this.#shown.length - 1,
    };
    if (event.key === 'Enter') this.#onEnter();
    const to = steps[event.key];
    if (to === undefined || this.#shown.length === 0) return;
    event.preventDefault();
    const index = Math.min(Math.max(to, 0), this.#shown.length - 1);
    this.#bringIntoSight(index);
    this.#choose((this.#shown[index] as ExchangeSummary).id);
  }

  #bringIntoSight(index: number): void {
    const [top, bottom] = [index * this.#height, (index + 1) * this.#height];
    if (top < this.#list.scrollTop) this.#list.scrollTop = top;
    else if (bottom > this.#list.scrollTop + this.#list.clientHeight) {
      this.#list.scrollTop = bottom - this.#list.clientHeight;
    }
  }
}

function cellsOf(exchange: ExchangeSummary): string[] {
  const isRequest = exchange.method !== '';
  const what = isRequest ? unveiled(exchange.target) : exchange.code;
  return [
    isRequest ? exchange.method : '✗',
    exchange.stream === 0 ? what : `${what} · ${say.stream(exchange.stream)}`,
    statusText(exchange),
    exchange.type,
    `${bytes(exchange.bytesIn)} / ${bytes(exchange.bytesOut)}`,
    exchange.duration === null ? '…' : duration(exchange.duration),
  ];
}

/** What signs and colours say, for those who hear a row. */
function heardOf({ method, status, outcome }: ExchangeSummary, standing: string): string {
  return [
    method === '' ? say.noRequest : '',
    status === 0 ? say.noResponse : '',
    outcome === null ? say.underWay : outcome === 'complete' ? '' : say.outcomes[outcome],
    standing,
  ]
    .filter(Boolean)
    .join(', ');
}
