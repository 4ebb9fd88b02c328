// In: the page's own words, kept in its data attributes so that this script serves every language.
// Out: a request to the server that sent this page, shown beside its response as text. Never to another origin.

const shownBytes = 1024;
const patience = 10_000; // ms

const element = (id) => document.getElementById(id);

/** Characters that find room in the drawing's address bar. */
const addressLength = 16;

/** The page itself knows only the customary port; this one knows which one it came through. */
function showPort() {
  const port = location.port || (location.protocol === 'https:' ? '443' : '80');
  for (const note of document.querySelectorAll('[data-port]')) {
    note.textContent = ` ${note.dataset.port} ${port}.`;
    note.hidden = false;
  }
  for (const text of document.querySelectorAll('.model .port, .model desc')) {
    text.textContent = text.textContent.replace('8080', port);
  }
  const { host } = location;
  for (const text of document.querySelectorAll('.model .small')) {
    text.textContent = host.length > addressLength ? `…${host.slice(1 - addressLength)}` : host;
  }
}

/**
 * Where the inspector is on, the server says so to this computer's own browsers. Only to an address of this computer: the
 * way there is worth nothing elsewhere.
 */
function showInspector() {
  const [visit] = performance.getEntriesByType('navigation');
  const told = visit?.serverTiming?.find(({ name }) => name === 'inspector');
  if (!told || !/^http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?\/$/.test(told.description)) return;
  const note = element('inspector');
  note.querySelector('a').href = told.description;
  note.hidden = false;
}

/** Copies a program; without a clipboard (a page not on localhost nor https) it selects the text instead. */
async function copy(button) {
  const code = element(button.dataset.copy);
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = button.dataset.selected;
  }
  setTimeout(() => {
    button.textContent = label;
  }, 2000);
}

/** Shows a message as on the wire: the head, an empty line, the body. Always as text, never as markup. */
function show(id, head, body) {
  const start = document.createElement('span');
  start.className = 'start';
  start.textContent = head;
  element(id).replaceChildren(start, `\n\n${body}`);
}

function requestHead(method, url, fields, body) {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`];
  for (const [name, value] of Object.entries(fields)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${new TextEncoder().encode(body).length}`);
  return lines.join('\n');
}

function responseHead(response) {
  const fields = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${response.status} ${response.statusText}`.trimEnd(), ...fields].join('\n');
}

/** The beginning of a body as text, or what to say instead. Reads no further than it shows. */
async function bodyText(response, words) {
  const type = response.headers.get('content-type') ?? '';
  if (!response.body) return '';
  if (!/^text\/|[/+](json|xml|javascript)\b/.test(type)) {
    await response.body.cancel();
    return words.binary;
  }
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8';
  const decoder = new TextDecoder(charset);
  const reader = response.body.getReader();
  let text = '';
  let bytes = 0;
  while (bytes < shownBytes) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, shownBytes - bytes), { stream: true });
    bytes += value.length;
  }
  await reader.cancel();
  return `${text}\n${words.more}`;
}

function failure(error, words) {
  return error.name === 'TimeoutError' ? words.late : words.refused;
}

async function ask(method, path, words) {
  const url = new URL(path, location.origin);
  if (!path.startsWith('/') || url.origin !== location.origin) {
    element('outcome').textContent = words.elsewhere;
    return;
  }
  const body = method === 'POST' ? words.body : undefined;
  const fields = { Accept: '*/*' };
  if (body !== undefined) fields['Content-Type'] = 'text/plain; charset=utf-8';
  show('request', requestHead(method, url, fields, body), body ?? '');
  element('response').textContent = '…';
  element('outcome').textContent = '';
  try {
    const begun = performance.now();
    const signal = AbortSignal.timeout(patience);
    const response = await fetch(url, { method, headers: fields, body, cache: 'no-store', signal });
    const elapsed = Math.max(1, Math.round(performance.now() - begun));
    show('response', responseHead(response), await bodyText(response, words));
    const moved = response.redirected ? ` ${words.moved} ${new URL(response.url).pathname}.` : '';
    element('outcome').textContent = `${words.done} ${elapsed} ms.${moved}`;
  } catch (error) {
    element('outcome').textContent = failure(error, words);
  }
}

showPort();
showInspector();

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => copy(button));
}

const form = element('ask');
form.hidden = false;
element('exchange').hidden = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  ask(element('method').value, element('path').value.trim(), element('exchange').dataset);
});
