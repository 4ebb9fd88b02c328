/** What the list shows and whether it goes on. In: clicks and words. Out: calls; the state of the buttons is kept here. */
import { button, element } from './element.js';
import { say } from './language.js';

export interface ToolbarListener {
  filtered(text: string): void;
  paused(isPaused: boolean): void;
  ordered(isNewestFirst: boolean): void;
  revealed(isRevealed: boolean): void;
  clear(): void;
  exportHar(): void;
  importHar(file: File): void;
  backToLive(): void;
}

export class Toolbar {
  readonly root: HTMLElement;
  readonly #unknown = element('span', { id: 'unknown', role: 'status', class: 'note' });
  readonly #live: HTMLButtonElement;
  readonly #filter: HTMLInputElement;
  readonly #listener: ToolbarListener;
  readonly #file = element('input', { type: 'file', accept: '.har,application/json', hidden: true });

  constructor(listener: ToolbarListener) {
    this.#listener = listener;
    const filter = element('input', {
      type: 'search',
      placeholder: say.filterHint,
      spellcheck: 'false',
      autocomplete: 'off',
      'aria-describedby': 'unknown',
    });
    filter.addEventListener('input', () => listener.filtered(filter.value));
    this.#filter = filter;
    this.#file.addEventListener('change', () => {
      const file = this.#file.files?.[0];
      if (file) listener.importHar(file);
      // The same file may be chosen again.
      this.#file.value = '';
    });
    this.#live = button(say.backToLive, () => listener.backToLive(), { hidden: true, class: 'main' });
    this.root = element(
      'div',
      { class: 'toolbar' },
      element('label', { class: 'filter' }, element('span', {}, say.filter), filter),
      this.#unknown,
      element(
        'div',
        { class: 'buttons' },
        this.#live,
        toggle(say.pause, (on) => listener.paused(on)),
        button(say.clear, () => listener.clear()),
        toggle(say.newestLast, (on) => listener.ordered(!on)),
        toggle(say.showSecrets, (on) => listener.revealed(on)),
        button(say.exportHar, () => listener.exportHar()),
        button(say.importHar, () => this.#file.click()),
        this.#file,
      ),
    );
  }

  /** As if somebody had written it. */
  filter(text: string): void {
    this.#filter.value = text;
    this.#listener.filtered(text);
    this.#filter.focus();
  }

  showUnknown(words: readonly string[]): void {
    this.#unknown.textContent = words.length === 0 ? '' : say.unknownWords(words.join(' '));
  }

  showImported(isImported: boolean): void {
    this.#live.hidden = !isImported;
  }
}

/** A button that stays pressed. */
function toggle(label: string, onChange: (isPressed: boolean) => void): HTMLButtonElement {
  const made = button(
    label,
    () => {
      const isPressed = made.getAttribute('aria-pressed') !== 'true';
      made.setAttribute('aria-pressed', String(isPressed));
      onChange(isPressed);
    },
    { 'aria-pressed': 'false' },
  );
  return made;
}
