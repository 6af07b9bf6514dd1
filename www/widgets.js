// The elements <doorstep-recommend>, <doorstep-similar>, <doorstep-predict> and <doorstep-anomaly>. widgets.d.ts
// says which attributes, events, parts and custom properties there are.

import { brought, DoorstepError, shareBundle } from './doorstep.js';
import { VisitorHistory } from './history.js';

const NAMED_IN_STATUS = 3;

export { shareBundle };

/** The page's one Doorstep for an element's bundle. */
export const shareFor = (host, history) => shareBundle(host.bundle, {
  history,
  workerUrl: host.workerUrl || undefined,
  inPage: host.hasAttribute('in-page'),
});

/** The absolute address, if it is one that a page may link to or show. */
export function safeAddress(text, isImage = false) {
  if (!text) return undefined;
  try {
    const { protocol, href } = new URL(text, document.baseURI);
    const safe = protocol === 'https:' || protocol === 'http:'
      || (isImage && (protocol === 'blob:' || href.startsWith('data:image/')));
    return safe ? href : undefined;
  } catch {
    return undefined;
  }
}

/** An element whose text is only ever text. */
export function element(tag, part, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (part) node.setAttribute('part', part);
  node.append(...children);
  return node;
}

/** What an item is called on the page. */
export const title = (item) => item.title || item.id;

/** An item's picture, or the first letter of its name where there is none. */
export function picture(item, size = 320) {
  const [initialLetter = ''] = title(item).trim();
  const initial = element('span', 'placeholder', { ariaHidden: 'true' }, initialLetter.toUpperCase());
  const src = safeAddress(item.image, true);
  if (!src) return initial;
  const image = element('img', 'image', { alt: '', loading: 'lazy', decoding: 'async', width: size, height: size });
  image.onerror = () => image.replaceWith(initial);
  image.src = src;
  return image;
}

/** Tells the page of `doorstep:NAME`; false where it was cancelled. */
export function emit(target, name, detail, cancelable = false) {
  return target.dispatchEvent(new CustomEvent(`doorstep:${name}`, { detail, bubbles: true, composed: true, cancelable }));
}

/** Tells the page of a failure, and the console where nobody in the page says that it is handled. */
export function failed(host, error) {
  if (emit(host, 'error', { error }, true)) console.warn(`<${host.localName}> ${error.message}`);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --_width: var(--doorstep-card-width, 10.5em);
  --_border: var(--doorstep-border, color-mix(in srgb, currentColor 16%, transparent));
  display: block; min-inline-size: 0;
  inline-size: 100%; inline-size: -moz-available; inline-size: -webkit-fill-available;
  min-block-size: var(--doorstep-height, calc(var(--_width) + 11.75em));
  font-family: var(--doorstep-font, inherit);
  line-height: 1.35;
}
:host([hidden]), [hidden] { display: none !important; }
ul { text-align: start; text-transform: none; letter-spacing: normal; white-space: normal; contain: inline-size; contain-intrinsic-inline-size: var(--_width); display: flex; gap: var(--doorstep-gap, 1em); margin: 0; padding: 4px 4px .75em; list-style: none; overflow-x: auto; scroll-snap-type: x proximity; scroll-padding-inline: 4px; overflow-anchor: none; scrollbar-width: thin; }
li { flex: 0 0 var(--_width); scroll-snap-align: start; }
[part=card] {
  display: flex; flex-direction: column; box-sizing: border-box; inline-size: 100%; block-size: 100%; padding: 0; overflow: hidden;
  border: 1px solid var(--_border); border-radius: var(--doorstep-radius, .75em);
  background: var(--doorstep-surface, transparent); color: inherit; font: inherit; text-align: start; text-decoration: none; cursor: pointer;
  transition: border-color .15s, transform .15s;
}
[part=card]:hover { border-color: var(--doorstep-accent, LinkText); transform: translateY(-2px); }
[part=card]:focus-visible { outline: 2px solid var(--doorstep-accent, LinkText); outline-offset: 2px; }
[part=image], [part=placeholder] { display: block; flex: none; inline-size: 100%; block-size: auto; aspect-ratio: 1; object-fit: cover; background: color-mix(in srgb, currentColor 6%, transparent); }
[part=placeholder] { display: grid; place-items: center; font-size: 2.5em; font-weight: 600; color: color-mix(in srgb, currentColor 60%, transparent); }
[part=title], [part=reason] { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
[part=title] { -webkit-line-clamp: 3; margin: .6em .8em 0; min-block-size: 4.05em; font-size: .9375em; font-weight: 550; }
[part=price] { margin: .2em .75em 0; min-block-size: 1.35em; font-variant-numeric: tabular-nums; }
[part=reason] { -webkit-line-clamp: 3; margin: .3em .92em .7em; min-block-size: 4.05em; font-size: .8125em; color: var(--doorstep-muted, color-mix(in srgb, currentColor 72%, transparent)); }
[part=status] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:host(doorstep-similar) { min-block-size: var(--doorstep-height, calc(var(--_width) + 8.5em)); }
:host(doorstep-similar) [part=reason] { min-block-size: 0; }
@media (prefers-reduced-motion: reduce) { [part=card] { transition: none; } [part=card]:hover { transform: none; } }
`);

const text = (property, fallback = '') => {
  const name = property.replace('U', '-u'); // worker-url
  return {
    get() { return this.getAttribute(name) ?? fallback; },
    set(value) { if (value == null) this.removeAttribute(name); else this.setAttribute(name, value); },
    configurable: true,
    enumerable: true,
  };
};

/** A count that is `least` or more. */
const count = (name, fallback, least) => ({
  get() {
    const number = Number.parseInt(this.getAttribute(name), 10);
    return number >= least ? number : fallback;
  },
  set(value) { this.setAttribute(name, value); },
  configurable: true,
  enumerable: true,
});

/** Takes over properties that were set before the element's class was known, which hide its accessors. */
function takeOver(host) {
  for (const name of Object.keys(host)) {
    if (!(name in host.constructor.prototype)) continue;
    const value = host[name];
    delete host[name];
    Reflect.set(host, name, value);
  }
}

class ItemShelf extends HTMLElement {
  static observedAttributes = ['bundle', 'limit', 'model', 'history', 'item', 'label', 'because', 'popular', 'currency'];

  #list = element('ul', 'list', { hidden: true });
  #status = element('p', 'status');
  #fallback = element('slot');
  #empty = element('slot', '', { name: 'empty', hidden: true });
  #content; // makes what is in a card, by the page's template
  #cards = new Map(); // id → { li, reason, show }, kept so that an item that stays keeps its node
  #observer;
  #seen = false;
  #share;
  #visits;
  #refresh; // AbortController of the refresh under way or planned
  #hits = [];

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    this.#status.setAttribute('role', 'status');
    this.#list.setAttribute('role', 'list'); // list-style: none hides it from VoiceOver
    root.append(element('slot', '', { name: 'header' }), this.#list, this.#status, this.#empty, this.#fallback);
  }

  /** What is shown now. */
  get hits() { return this.#hits; }

  connectedCallback() {
    takeOver(this);
    this.#observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.#observer.disconnect();
      this.#seen = true;
      this.refresh();
    }, { rootMargin: '200px' });
    this.#observer.observe(this);
    this.#connectBundle();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.#seen = false;
    this.#disconnectBundle();
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected || !this.#observer) return;
    if (name === 'bundle') {
      this.#disconnectBundle();
      this.#clear(); // another bundle's items may have the same ids
      this.#connectBundle();
    }
    this.refresh();
  }

  /** Asks again; of several calls in one task only the last asks. */
  async refresh() {
    if (!this.#seen) return;
    this.#refresh?.abort();
    const { signal } = (this.#refresh = new AbortController());
    await undefined;
    if (signal.aborted) return;
    this.#list.ariaBusy = 'true';
    try {
      const share = (this.#share ??= shareFor(this, this.first));
      const doorstep = await share.ready.catch((error) => {
        if (this.#share === share) this.#release(); // the next refresh tries again
        throw error;
      });
      const hits = await this.query(doorstep, signal);
      const template = this.querySelector(':scope > template');
      if (template) this.#content ??= (await brought(import('./item-template.js'), 'item-template.js')).content.bind(undefined, template);
      if (!signal.aborted) this.#show(hits);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Forgets what the visitor looked at. */
  clearHistory() { this.#visits?.clear(); }

  handleEvent(event) {
    if (event.type === 'change' && this.usesVisits) this.refresh();
  }

  #connectBundle() {
    try {
      this.#visits = VisitorHistory.of(this.bundle);
      this.#visits.addEventListener('change', this);
    } catch {
      // It is no address, which refresh() says.
    }
  }

  #disconnectBundle() {
    this.#refresh?.abort();
    this.#visits?.removeEventListener('change', this);
    this.#visits = undefined;
    this.#release();
  }

  #release() {
    this.#share?.release();
    this.#share = undefined;
  }

  /** Whether selections are remembered: not where the page manages the history itself. */
  get remembers() { return ['', 'local'].includes(this.history.trim()); }

  get usesVisits() { return false; }

  /** The visitor's history as a query takes it. */
  get events() {
    const history = this.history.trim();
    if (this.remembers) return this.#visits?.list() ?? [];
    if (history === 'none') return [];
    if (!history.startsWith('[')) return history.split(/\s+/);
    try {
      return JSON.parse(history);
    } catch (error) {
      throw new DoorstepError('invalid-query', `The attribute history is no JSON (${error.message}). Write ids parted by spaces, or a JSON list.`);
    }
  }

  #show(hits) {
    const { activeElement } = this.shadowRoot;
    const position = [...this.#list.children].findIndex((li) => li.contains(activeElement));
    const cards = new Map(hits.map((hit) => [hit.id, this.#cards.get(hit.id) ?? this.#card(hit)]));
    for (const hit of hits) cards.get(hit.id).show(hit);
    this.#announce(hits);
    this.#cards = cards;
    this.#hits = hits;
    this.#list.replaceChildren(...[...cards.values()].map(({ li }) => li));
    this.#list.hidden = !hits.length;
    const isEmpty = !hits.length && this.#empty.assignedNodes().length > 0;
    this.#empty.hidden = !isEmpty;
    this.#fallback.hidden = isEmpty || hits.length > 0;
    if (position < 0) this.#list.scrollLeft = 0; // from the best on, not from where the last list was left
    this.#list.ariaLabel = this.label;
    this.#list.ariaBusy = 'false';
    if (position >= 0 && hits.length) {
      const kept = this.#list.contains(activeElement) ? activeElement : this.#list.children[Math.min(position, hits.length - 1)].firstChild;
      kept.focus({ preventScroll: true });
    }
    emit(this, 'results', { hits });
  }

  /** Says how many there are and names what is new; nothing where the list stays as it is. */
  #announce(hits) {
    const ids = hits.map(({ id }) => id);
    if (hits.length && ids.join('\n') === [...this.#cards.keys()].join('\n')) return;
    const fresh = hits.filter(({ id }) => !this.#cards.has(id));
    const named = (fresh.length ? fresh : hits).slice(0, NAMED_IN_STATUS).map(({ item }) => title(item));
    this.#status.textContent = hits.length ? `${this.label} (${hits.length}): ${named.join(', ')}${hits.length > named.length ? ', …' : ''}` : '';
  }

  /** Back to what stands between the tags. */
  #clear() {
    this.#cards = new Map();
    this.#hits = [];
    this.#list.replaceChildren();
    this.#list.hidden = this.#empty.hidden = true;
    this.#fallback.hidden = false;
    this.#status.textContent = '';
  }

  #fail(error) {
    this.#list.ariaBusy = 'false';
    // Yesterday's list is better than nothing, but not than what the page's author chose.
    if (this.#fallback.assignedNodes().some((node) => node.data?.trim() || (node.localName ?? 'template') !== 'template')) this.#clear();
    failed(this, error);
  }

  #card(first) {
    let hit = first;
    const { item } = first;
    const href = safeAddress(item.url);
    const own = this.#content?.(item);
    const price = element('span', 'price');
    const reason = element('span', 'reason', { dir: 'auto' });
    const card = element(href ? 'a' : 'button', 'card', href ? { href } : { type: 'button' },
      ...(own?.nodes ?? [picture(item), element('span', 'title', { dir: 'auto' }, title(item)), price, reason]));
    card.dataset.id = first.id;
    card.onclick = card.onauxclick = (event) => {
      // Besides the first button, only the middle one, which follows links.
      if (event.button > (href ? 1 : 0)) return;
      // Before anybody is told: a listener may take this element away.
      const visits = this.remembers ? this.#visits : undefined;
      const elsewhere = href && (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
      if (!emit(this, 'select', { id: hit.id, item: hit.item, hit }, !elsewhere)) event.preventDefault();
      else visits?.add(hit.id);
    };
    const show = (next) => {
      hit = next;
      price.textContent = this.#price(item.price);
      reason.textContent = this.reason(next);
      own?.show({ price: price.textContent, reason: reason.textContent });
    };
    return { li: element('li', 'item', {}, card), show };
  }

  #price(price) {
    if (price == null) return '';
    const { currency } = this;
    try {
      return price.toLocaleString(this.closest('[lang]')?.lang || undefined,
        currency ? { style: 'currency', currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    } catch {
      return price.toFixed(2); // the page's lang or currency is not one that the browser knows
    }
  }
}

const accessors = (kind, defaults, counts = {}) => Object.defineProperties(kind.prototype, {
  ...Object.fromEntries(Object.entries(defaults).map(([name, fallback]) => [name, text(name, fallback)])),
  ...counts,
  inPage: {
    get() { return this.hasAttribute('in-page'); },
    set(value) { this.toggleAttribute('in-page', !!value); },
    configurable: true,
    enumerable: true,
  },
});

accessors(ItemShelf, { bundle: '', model: '', workerUrl: '', item: '', because: 'Because you viewed {title}', popular: 'Popular', currency: '' },
  { limit: count('limit', 8, 1) });

/** Items for this visitor. */
export class DoorstepRecommend extends ItemShelf {
  get usesVisits() { return this.remembers; }

  get first() { return this.events; }

  query(doorstep, signal) {
    return doorstep.recommend({ history: this.events, k: this.limit, model: this.model || undefined, explain: true }, { signal });
  }

  reason({ because, fallback }) {
    if (because?.length) return this.because.replace('{title}', () => title(because[0]));
    return fallback ? this.popular : '';
  }
}
accessors(DoorstepRecommend, { history: 'local', label: 'Recommended for you' });
const { get: getHistory, set: setHistory } = text('history', 'local');
Object.defineProperty(DoorstepRecommend.prototype, 'history', {
  get: getHistory,
  set(value) { setHistory.call(this, Array.isArray(value) ? JSON.stringify(value) : value); },
  configurable: true,
  enumerable: true,
});

/** Items like one item. */
export class DoorstepSimilar extends ItemShelf {
  get first() { return this.item ? [this.item] : undefined; }

  async query(doorstep, signal) {
    return this.item ? doorstep.similar(this.item, { k: this.limit, model: this.model || undefined, signal }) : [];
  }

  reason() { return ''; }
}
accessors(DoorstepSimilar, { history: 'local', label: 'Similar items' });

/** An element whose inside is made in a folder of its own, which other pages don't load. */
class PanelElement extends HTMLElement {
  #panel;

  async connectedCallback() {
    try {
      const { Panel } = await this.load();
      this.#panel ??= new Panel(this); // perhaps it was moved meanwhile
      takeOver(this);
      this.#panel.connect();
    } catch (error) {
      failed(this, error);
    }
  }

  disconnectedCallback() { this.#panel?.disconnect(); }

  /** Tries again. */
  async refresh() { return this.#panel ? this.#panel.open() : this.connectedCallback(); }
}

/** A column predicted from inputs. */
export class DoorstepPredict extends PanelElement {
  load() { return brought(import('./predict/panel.js'), 'predict/panel.js'); }
}
accessors(DoorstepPredict, { bundle: '', model: '', workerUrl: '', label: 'Prediction', noun: 'training rows' }, { limit: count('limit', 8, 1) });

/** How unusual a picture is. */
export class DoorstepAnomaly extends PanelElement {
  load() { return brought(import('./anomaly/panel.js'), 'anomaly/panel.js'); }
}
accessors(DoorstepAnomaly, { bundle: '', model: '', workerUrl: '', label: 'How unusual a picture is', camera: '' }, { prototypes: count('prototypes', 3, 0) });

// A page may have another version of this script, which came first.
for (const [name, kind] of Object.entries({ recommend: DoorstepRecommend, similar: DoorstepSimilar, predict: DoorstepPredict, anomaly: DoorstepAnomaly })) {
  if (!customElements.get(`doorstep-${name}`)) customElements.define(`doorstep-${name}`, kind);
}
