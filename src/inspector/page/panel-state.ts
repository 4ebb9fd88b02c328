/**
 * What somebody has opened and chosen in a view of an exchange that is drawn again as it grows. In: the view before. Out: the same in
 * the new one: explanations that are open, forms of bodies, and where the focus is.
 */

const CONTROLS = 'button, a, input, summary';

export interface PanelState {
  readonly explained: readonly string[];
  readonly forms: readonly (string | null)[];
  /** Of the control that has the focus; -1 for none. */
  readonly focused: number;
  readonly scrollTop: number;
}

export function stateOf(root: HTMLElement): PanelState {
  return {
    explained: names(root)
      .map(keyOf)
      .filter((_, index) => names(root)[index]?.getAttribute('aria-expanded') === 'true'),
    forms: [...root.querySelectorAll('.forms')].map(
      (group) => group.querySelector<HTMLElement>('[aria-pressed="true"]')?.dataset.form ?? null,
    ),
    focused: [...root.querySelectorAll(CONTROLS)].indexOf(document.activeElement as Element),
    scrollTop: root.scrollTop,
  };
}

export function restore(root: HTMLElement, { explained, forms, focused, scrollTop }: PanelState): void {
  for (const [index, name] of names(root).map(keyOf).entries())
    if (explained.includes(name)) names(root)[index]?.click();
  for (const [index, group] of [...root.querySelectorAll('.forms')].entries()) {
    const form = forms[index];
    const chosen = form ? group.querySelector<HTMLElement>(`[data-form="${form}"]`) : null;
    if (chosen?.getAttribute('aria-pressed') === 'false') chosen.click();
  }
  root.querySelectorAll<HTMLElement>(CONTROLS)[focused]?.focus({ preventScroll: true });
  root.scrollTop = scrollTop;
}

const names = (root: HTMLElement): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('.field > .name')];

/** A field by its name and its place among those of that name: more may have come before it. */
function keyOf(name: HTMLElement, index: number, all: readonly HTMLElement[]): string {
  const same = all.slice(0, index).filter(({ textContent }) => textContent === name.textContent);
  return `${same.length} ${name.textContent}`;
}
