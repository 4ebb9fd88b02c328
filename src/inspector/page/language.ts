/** The language of the page: what was chosen, else the browser's, English where that is neither. */
import { english, type Texts } from './texts.en.js';
import { french } from './texts.fr.js';

const KEY = 'premier-language';

function chosen(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Storage may be forbidden.
    return null;
  }
}

export const say: Texts = (chosen() ?? navigator.language).startsWith('fr') ? french : english;

/** Remembers the other language, and opens the page in it. */
export function changeLanguage(): void {
  try {
    localStorage.setItem(KEY, say.language === 'fr' ? 'en' : 'fr');
  } finally {
    location.reload();
  }
}

const whole = new Intl.NumberFormat(say.language, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(say.language, { maximumSignificantDigits: 3 });

const unit = say.language === 'fr' ? 'o' : 'B';

export function bytes(count: number): string {
  if (count < 1024) return `${whole.format(count)} ${unit}`;
  if (count < 1024 * 1024) return `${fine.format(count / 1024)} Ki${unit}`;
  return `${fine.format(count / 1024 / 1024)} Mi${unit}`;
}

export function duration(ms: number): string {
  return ms < 1000 ? `${fine.format(ms)} ms` : `${fine.format(ms / 1000)} s`;
}
