/** The pulse of the server as small plots of the last minutes, and its connections. In: pulses. Out: elements that follow. */
import type { ConnectionView, PulseView } from '../exchange-view.js';
import { button, drawn, element } from './element.js';
import { bytes, duration, say } from './language.js';
import * as server from './server.js';

/** Seconds that a plot goes back. */
const HISTORY = 120;

/** The column that leads to the exchanges of a connection. */
const REQUESTS = 3;

type Figure = keyof typeof say.pulses;

const figures: Record<Figure, (value: number) => string> = {
  requestsPerSecond: (value) => String(value),
  errorsPerSecond: (value) => String(value),
  p50: duration,
  p99: duration,
  loopDelay: duration,
  memory: bytes,
};

class Plot {
  readonly root: HTMLElement;
  readonly #now = element('strong', {}, '–');
  readonly #line = drawn('polyline', { fill: 'none', 'vector-effect': 'non-scaling-stroke' });
  readonly #values: number[] = [];
  readonly #format: (value: number) => string;

  constructor(name: Figure) {
    this.#format = figures[name];
    const svg = drawn('svg', {
      viewBox: `0 0 ${HISTORY} 20`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    });
    svg.append(this.#line);
    this.root = element('div', { class: 'plot' }, element('span', {}, say.pulses[name]), this.#now);
    this.root.append(svg);
  }

  add(value: number | null): void {
    this.#now.textContent = value === null ? '–' : this.#format(value);
    this.#values.push(value ?? 0);
    if (this.#values.length > HISTORY) this.#values.shift();
    const most = Math.max(...this.#values, 1e-9);
    const offset = HISTORY - this.#values.length;
    const points = this.#values.map((it, index) => `${offset + index},${(19 - (it / most) * 18).toFixed(2)}`);
    this.#line.setAttribute('points', points.join(' '));
  }
}

export class PulseStrip {
  readonly root: HTMLElement;
  readonly #plots: [Figure, Plot][];

  constructor() {
    this.#plots = (Object.keys(figures) as Figure[]).map((name) => [name, new Plot(name)]);
    const plots = this.#plots.map(([, plot]) => plot.root);
    this.root = element('section', { class: 'pulse', 'aria-label': say.pulse }, ...plots);
  }

  add(pulse: PulseView): void {
    for (const [name, plot] of this.#plots) plot.add(pulse[name]);
  }
}

export class Connections {
  readonly root: HTMLDetailsElement;
  readonly #summary = element('summary', {}, say.connections(0));
  readonly #body = element('tbody');
  readonly #outcome = element('p', { role: 'status' });
  /** Rows by the connection's number, so that a button keeps the focus while figures change. */
  readonly #rows = new Map<number, HTMLTableRowElement>();
  readonly #onShow: (id: number) => void;

  /** @param onShow - somebody wants to see the exchanges of a connection */
  constructor(onShow: (id: number) => void) {
    this.#onShow = onShow;
    const { id, remote, protocol, requests, state, bytes: size, age, close } = say.connectionColumns;
    const names = [id, remote, protocol, requests, state, size, age, close];
    const head = element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)));
    const table = element('table', {}, element('thead', {}, head), this.#body);
    const scroller = element(
      'div',
      { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': say.list },
      table,
    );
    scroller.setAttribute('aria-label', say.connections(0).replace(/ \(.*/, ''));
    this.root = element('details', { class: 'connections' }, this.#summary, scroller, this.#outcome);
  }

  show({ connectionCount, connections }: PulseView): void {
    this.#summary.textContent = say.connections(connectionCount);
    const known = new Set(connections.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (known.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const connection of connections) this.#place(connection);
  }

  #place(connection: ConnectionView): void {
    const { id, remote, protocol, tls, requests, bytesIn, bytesOut, age } = connection;
    let row = this.#rows.get(id);
    if (row === undefined) {
      row = element('tr', {}, ...Array.from({ length: 7 }, () => element('td')));
      const close = button('✕', () => this.#close(id), { 'aria-label': say.closeConnection(id) });
      row.append(element('td', {}, close));
      (row.cells[REQUESTS] as HTMLTableCellElement).append(button('', () => this.#onShow(id)));
      this.#rows.set(id, row);
      this.#body.append(row);
    }
    const state = stateOf(connection);
    const spoken = tls === '' ? protocol : `${protocol}, ${tls}`;
    const size = `${bytes(bytesIn)} / ${bytes(bytesOut)}`;
    const texts = [String(id), remote, spoken, String(requests), state, size, duration(age)];
    for (const [index, text] of texts.entries()) {
      const cell = (index === REQUESTS ? row.cells[index]?.firstChild : row.cells[index]) as HTMLElement;
      if (index === REQUESTS) cell.setAttribute('aria-label', say.showRequests(id, requests));
      if (cell.textContent !== text) cell.textContent = text;
    }
  }

  async #close(id: number): Promise<void> {
    this.#outcome.textContent = '';
    await server.closeConnection(id).catch(({ message }: Error) => {
      this.#outcome.textContent = say.failed(message);
    });
  }
}

function stateOf({ active, isUpgraded }: ConnectionView): string {
  if (isUpgraded) return say.leftHttp;
  return active === 0 ? say.idle : say.atWork(active);
}
