/**
 * The page of the inspector. In: what its server tells, and what somebody clicks. Out: the list, one exchange, the pulse.
 * Nothing of an exchange is ever read as HTML or script, and no other host is asked for anything.
 */
import type { BatchView, ExchangeDetail } from '../exchange-view.js';
import { type Filter, filterFrom } from '../filter.js';
import { harOf } from '../har.js';
import { exchangesFrom, HarError } from '../har-import.js';
import { maskedDetail } from '../masked-detail.js';
import { button, element } from './element.js';
import { ExchangeList } from './exchange-list.js';
import { ExchangePanel } from './exchange-panel.js';
import { changeLanguage, say } from './language.js';
import { listenLive } from './live.js';
import { Connections, PulseStrip } from './pulse-view.js';
import { Rows } from './rows.js';
import * as server from './server.js';
import { Toolbar } from './toolbar.js';

/** Bytes of a file that are read. */
const MAX_FILE = 128 * 1024 * 1024;

class Page {
  readonly #rows = new Rows();
  readonly #list = new ExchangeList(
    (id) => this.#choose(id),
    () => this.#panel.root.focus(),
  );
  readonly #panel = new ExchangePanel({
    back: () => this.#back(),
    pin: (exchange) => this.#pin(exchange),
    isPinned: (id) => this.#pinned.has(id),
    canSend: () => this.#imported === null,
    find: (id) => this.#find(id),
    sent: (id, original) => void this.#sent(id, original),
  });
  readonly #toolbar = new Toolbar({
    filtered: (text) => this.#setFilter(text),
    paused: (isPaused) => this.#setPaused(isPaused),
    ordered: (isNewestFirst) => {
      this.#isNewestFirst = isNewestFirst;
      this.#showSoon();
    },
    revealed: (isRevealed) => {
      this.#isRevealed = isRevealed;
      // What is no longer kept doesn't stay as it was shown.
      this.#shownRevision = -1;
      void this.#reload();
    },
    clear: () => void this.#clear(),
    exportHar: () => this.#export(),
    importHar: (file) => void this.#import(file),
    backToLive: () => this.#backToLive(),
  });
  readonly #pulse = new PulseStrip();
  readonly #connections = new Connections((id) => {
    this.#backToLive();
    this.#toolbar.filter(`connection:${id}`);
  });
  readonly #state = element('p', { role: 'status', class: 'state' }, say.connecting);
  /** What came of something that was done. */
  readonly #notice = element('p', { role: 'status', class: 'note' });
  /** Changes all the time: nobody wants to hear it but after a filter was set. */
  readonly #counts = element('p', { class: 'note' });
  readonly #heard = element('p', { role: 'status', class: 'heard' });
  readonly #main = element('main', {});
  /** Exchanges that stay, whatever comes. */
  readonly #pinned = new Map<number, ExchangeDetail>();
  /** What a file had, while that is shown. */
  #imported: Map<number, ExchangeDetail> | null = null;
  #filter: Filter = filterFrom('');
  #isNewestFirst = true;
  #isRevealed = false;
  /** Names of fields that are masked, in lower case. */
  #redact: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);
  /** What came while the list stands still. */
  #held: Rows | null = null;
  /** The number of the oldest exchange that the server still has. */
  #oldest = 0;
  #missed = 0;
  #chosen: number | null = null;
  #shownRevision = -1;
  #isDue = false;
  #isFiltered = false;

  start(): void {
    document.documentElement.lang = say.language;
    document.title = say.title;
    const language = button(say.otherLanguage, changeLanguage, { lang: say.language === 'fr' ? 'en' : 'fr' });
    const header = element('header', {}, element('h1', {}, say.heading), this.#state, language);
    const left = element(
      'div',
      { class: 'left' },
      this.#toolbar.root,
      this.#notice,
      this.#counts,
      this.#heard,
      this.#list.root,
    );
    this.#main.append(left, this.#panel.root);
    document.body.replaceChildren(header, this.#pulse.root, this.#main, this.#connectionsPart());
    listenLive({
      greeted: ({ redact }, isNew) => {
        this.#redact = new Set(redact);
        this.#state.textContent = isNew ? say.restarted : say.live;
        if (isNew) this.#beginAnew();
      },
      batch: (batch) => this.#take(batch),
      pulse: (pulse) => {
        this.#pulse.add(pulse);
        this.#connections.show(pulse);
      },
      cleared: () => {
        this.#rows.clear();
        this.#missed = 0;
        this.#showSoon();
      },
      lost: () => {
        this.#state.textContent = say.lost;
      },
    });
    this.#showSoon();
  }

  /** Numbers begin again: what had one of the former process would be taken for another. */
  #beginAnew(): void {
    this.#rows.clear();
    this.#pinned.clear();
    this.#missed = 0;
    this.#held?.clear();
    if (this.#imported === null) this.#nothingChosen();
  }

  #connectionsPart(): HTMLElement {
    return element('footer', {}, this.#connections.root);
  }

  #take({ exchanges, missed, oldest }: BatchView): void {
    this.#missed += missed;
    this.#oldest = oldest;
    (this.#held ?? this.#rows).put(exchanges, oldest);
    this.#showSoon();
    const now = exchanges.find(({ id }) => id === this.#chosen);
    if (now !== undefined && this.#held === null && this.#imported === null) void this.#reload();
  }

  /** Once a frame at most, however much comes. */
  #showSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#show();
    });
  }

  #show(): void {
    const all = this.#imported === null ? this.#rows.passing(() => true) : [...this.#imported.values()];
    const pinned = this.#imported === null ? [...this.#pinned.values()] : [];
    const ids = new Set(pinned.map(({ id }) => id));
    const passing = all.filter((exchange) => !ids.has(exchange.id) && this.#filter.test(exchange));
    if (this.#isNewestFirst) passing.reverse();
    const none = all.length === 0 ? say.empty : say.emptyFiltered;
    // While the list stands still, what can't be opened any more stays in it, and says so.
    const oldest = this.#imported === null ? this.#oldest : 0;
    this.#list.show([...pinned, ...passing], { pinned: ids, oldest, whenEmpty: none });
    const cleared = pinned.filter(({ id }) => this.#rows.get(id) === undefined).length;
    const notices = [say.count(pinned.length + passing.length, all.length + cleared)];
    if (this.#isFiltered) this.#heard.textContent = notices.join();
    this.#isFiltered = false;
    if (this.#imported === null) notices.push(...this.#absent());
    this.#counts.textContent = notices.join(' · ');
  }

  /** What of the live exchanges the list has not, and why. */
  #absent(): string[] {
    const notices: string[] = [];
    if (this.#missed > 0) notices.push(say.missed(this.#missed));
    if (this.#rows.left > 0) notices.push(say.left(this.#rows.left));
    if (this.#held !== null) notices.push(say.paused(this.#held.count + this.#held.left));
    return notices;
  }

  #setFilter(text: string): void {
    this.#filter = filterFrom(text);
    this.#toolbar.showUnknown(this.#filter.unknown);
    this.#isFiltered = true;
    this.#showSoon();
  }

  #setPaused(isPaused: boolean): void {
    if (this.#held !== null) this.#rows.take(this.#held, this.#oldest);
    this.#held = isPaused ? new Rows() : null;
    this.#showSoon();
  }

  async #clear(): Promise<void> {
    this.#backToLive();
    this.#held?.clear();
    await this.#orSay(server.clear());
  }

  #choose(id: number): void {
    this.#chosen = id;
    this.#shownRevision = -1;
    this.#main.classList.add('chosen');
    void this.#reload();
  }

  #back(): void {
    this.#main.classList.remove('chosen');
    this.#list.focus();
  }

  /** Shows the chosen exchange as it is now. */
  async #reload(): Promise<void> {
    const id = this.#chosen;
    if (id === null) return;
    try {
      const exchange = await this.#find(id);
      // Another one was chosen meanwhile.
      if (id !== this.#chosen) return;
      const revision = exchange.revision + (this.#isRevealed ? 0.5 : 0);
      if (revision === this.#shownRevision) return;
      this.#shownRevision = revision;
      this.#panel.show(exchange);
    } catch (error) {
      if (id === this.#chosen && this.#shownRevision < 0)
        this.#panel.tell((error as Error).message || say.gone);
    }
  }

  async #find(id: number): Promise<ExchangeDetail> {
    const here = this.#imported?.get(id) ?? (this.#isRevealed ? undefined : this.#pinned.get(id));
    if (here !== undefined) return this.#asAskedFor(here);
    if (this.#imported !== null) throw new Error(say.gone);
    try {
      return await server.exchange(id, this.#isRevealed);
    } catch (error) {
      const pinned = this.#pinned.get(id);
      if (pinned !== undefined) return this.#asAskedFor(pinned);
      throw error instanceof TypeError ? error : new Error(say.gone);
    }
  }

  /** An exchange that the page has, with its secrets only where they are asked for. */
  #asAskedFor(exchange: ExchangeDetail): ExchangeDetail {
    return this.#isRevealed ? exchange : maskedDetail(exchange, this.#redact);
  }

  #pin(exchange: ExchangeDetail): void {
    if (!this.#pinned.delete(exchange.id)) this.#pinned.set(exchange.id, exchange);
    this.#showSoon();
  }

  async #sent(id: number | null, original: ExchangeDetail): Promise<void> {
    this.#panel.say(id === null ? say.sentUnseen : say.sent(id));
    if (id === null) return;
    await this.#orSay(this.#find(id).then((answered) => this.#panel.compare(original, answered)));
  }

  #export(): void {
    const link = element('a', { download: 'premier.har' });
    if (this.#imported === null) link.href = `api/har${this.#isRevealed ? '?reveal=1' : ''}`;
    else {
      const archive = JSON.stringify(harOf([...this.#imported.values()].map((it) => this.#asAskedFor(it))));
      link.href = URL.createObjectURL(new Blob([archive], { type: 'application/json' }));
    }
    link.click();
    if (this.#imported !== null) setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async #import(file: File): Promise<void> {
    if (file.size > MAX_FILE) {
      this.#notice.textContent = say.harTroubles.tooLarge;
      return;
    }
    try {
      const exchanges = exchangesFrom(await file.text());
      this.#imported = new Map(exchanges.map((exchange) => [exchange.id, exchange]));
      this.#notice.textContent = say.imported(file.name, exchanges.length);
      this.#toolbar.showImported(true);
      this.#nothingChosen();
    } catch (error) {
      if (!(error instanceof HarError)) throw error;
      const sentence = say.harTroubles[error.trouble];
      this.#notice.textContent = typeof sentence === 'string' ? sentence : sentence(error.entry);
    }
  }

  #backToLive(): void {
    if (this.#imported === null) return;
    this.#imported = null;
    this.#notice.textContent = '';
    this.#toolbar.showImported(false);
    this.#nothingChosen();
  }

  #nothingChosen(): void {
    this.#chosen = null;
    this.#list.choose(null);
    this.#panel.tell(say.choose);
    this.#main.classList.remove('chosen');
    this.#showSoon();
  }

  async #orSay(work: Promise<unknown>): Promise<void> {
    await work.catch(({ message }: Error) => this.#panel.say(say.failed(message)));
  }
}

new Page().start();
