/**
 * Makes elements. In: a name, attributes, children. Out: an element. Text becomes text, whatever it has in it: nothing here
 * or elsewhere on the page reads HTML.
 */

type Child = Node | string | null;
type Attributes = Record<string, string | number | boolean | null>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function button(
  label: string,
  onClick: () => unknown,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** An element of SVG. */
export function drawn(name: string, attributes: Attributes): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * A line with the characters to be seen that nobody sees, or that turn the order of others around: what a client sends must
 * not look like something else.
 */
export const unveiled = (line: string): string =>
  line.replace(/(?![\t\r\n])[\p{Cc}\p{Cf}]/gu, (character) => {
    const code = (character.codePointAt(0) as number).toString(16).padStart(4, '0');
    return code.length > 4 ? `\\u{${code}}` : `\\u${code}`;
  });

/** Text as it is, which keys can scroll where it is longer than its place. */
export const preformatted = (attributes: Attributes, ...children: Child[]): HTMLPreElement =>
  element('pre', { tabindex: 0, ...attributes }, ...children);
