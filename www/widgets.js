// <doorstep-recommend bundle="/bundle/" limit="8" history="local|none|ID ID…" model="…">
// <doorstep-similar   bundle="/bundle/" limit="8" item="ID" model="…">
//
// Both show a shelf of items. What stands between their tags is shown until
// there are results, and again when there can be none.
//
// Attributes (each also a property): bundle, limit, model, history or item;
//   label     name of the list for screen readers
//   because   the reason's wording, "Because you viewed {title}" if absent
//   currency  ISO code that prices are shown in; plain numbers if absent
// Events, all bubbling and composed: doorstep:results { hits }, doorstep:error
//   { error }, doorstep:select { id, item, hit }: cancel it to keep the browser
//   from following the link and the widget from adding the item to the history.
// Parts: list, item, card, image, placeholder, title, price, reason, status.
// Custom properties: --doorstep-card-width, -gap, -radius, -accent, -muted,
//   -surface, -border, -font, and -height, which is reserved from the start.

import { Doorstep, bundleAddress } from './doorstep.js';
import { VisitorHistory } from './history.js';

const bundles = new Map();

/**
 * The page's one Doorstep for a bundle: `{ ready, release }`. It is loaded with
 * the first call and disposed when every caller has released it.
 */
export function shareBundle(url, options) {
  const address = bundleAddress(url);
  let shared = bundles.get(address);
  if (!shared) {
    shared = { ready: Doorstep.load(address, options), users: 0 };
    bundles.set(address, shared);
    const forget = () => bundles.get(address) === shared && bundles.delete(address);
    shared.ready.catch(forget); // so that a later try may succeed
    shared.end = () => {
      forget();
      shared.ready.then((doorstep) => doorstep.dispose(), () => {});
    };
  }
  shared.users++;
  let held = true;
  return {
    ready: shared.ready,
    release() {
      if (!held) return;
      held = false;
      // An element that is only moved about lets go and takes hold in one task.
      queueMicrotask(() => { if (--shared.users === 0) shared.end(); });
    },
  };
}

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
function element(tag, part, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (part) node.setAttribute('part', part);
  node.append(...children);
  return node;
}

function picture(item) {
  const initial = element('span', 'placeholder', { ariaHidden: 'true' }, (item.title ?? item.id).trim().charAt(0).toUpperCase());
  const src = safeAddress(item.image, true);
  if (!src) return initial;
  const image = element('img', 'image', { alt: '', loading: 'lazy', decoding: 'async', width: 320, height: 320 });
  image.onerror = () => image.replaceWith(initial);
  image.src = src;
  return image;
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  --_width: var(--doorstep-card-width, 10.5rem);
  --_border: var(--doorstep-border, color-mix(in srgb, CanvasText 16%, transparent));
  display: block;
  min-block-size: var(--doorstep-height, calc(var(--_width) + 10em));
  font-family: var(--doorstep-font, inherit);
  line-height: 1.35;
}
:host([hidden]), [hidden] { display: none !important; }
ul { display: flex; gap: var(--doorstep-gap, 1rem); margin: 0; padding: 4px 4px .75rem; list-style: none; overflow-x: auto; scroll-snap-type: x proximity; scrollbar-width: thin; }
li { flex: 0 0 var(--_width); scroll-snap-align: start; }
[part=card] {
  display: flex; flex-direction: column; box-sizing: border-box; inline-size: 100%; block-size: 100%; padding: 0; overflow: hidden;
  border: 1px solid var(--_border); border-radius: var(--doorstep-radius, .75rem);
  background: var(--doorstep-surface, Canvas); color: inherit; font: inherit; text-align: start; text-decoration: none; cursor: pointer;
  transition: border-color .15s, transform .15s;
}
[part=card]:hover { border-color: var(--doorstep-accent, LinkText); transform: translateY(-2px); }
[part=card]:focus-visible { outline: 2px solid var(--doorstep-accent, LinkText); outline-offset: 2px; }
[part=image], [part=placeholder] { display: block; flex: none; inline-size: 100%; block-size: auto; aspect-ratio: 1; object-fit: cover; background: color-mix(in srgb, CanvasText 6%, transparent); }
[part=placeholder] { display: grid; place-items: center; font-size: 2.5em; font-weight: 600; color: color-mix(in srgb, CanvasText 60%, transparent); }
[part=title], [part=reason] { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
[part=title] { margin: .6em .75em 0; min-block-size: 2.7em; font-weight: 550; }
[part=price] { margin: .2em .75em 0; min-block-size: 1.35em; font-variant-numeric: tabular-nums; }
[part=reason] { -webkit-line-clamp: 3; margin: .3em .92em .7em; min-block-size: 4.05em; font-size: .8125em; color: var(--doorstep-muted, color-mix(in srgb, CanvasText 70%, Canvas)); }
[part=status] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:host(doorstep-similar) { min-block-size: var(--doorstep-height, calc(var(--_width) + 7em)); }
:host(doorstep-similar) [part=reason] { min-block-size: 0; }
@media (prefers-reduced-motion: reduce) { [part=card] { transition: none; } [part=card]:hover { transform: none; } }
`);

const text = (name, fallback = '') => ({
  get() { return this.getAttribute(name) ?? fallback; },
  set(value) { if (value == null) this.removeAttribute(name); else this.setAttribute(name, value); },
  configurable: true,
  enumerable: true,
});

class ItemShelf extends HTMLElement {
  static observedAttributes = ['bundle', 'limit', 'model', 'history', 'item', 'label', 'because', 'currency'];

  #list = element('ul', 'list', { hidden: true });
  #status = element('p', 'status');
  #fallback = element('slot');
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
    root.append(this.#list, this.#status, this.#fallback);
  }

  /** What is shown now. */
  get hits() { return this.#hits; }

  get limit() {
    const limit = Number.parseInt(this.getAttribute('limit'), 10);
    return limit > 0 ? limit : 8;
  }
  set limit(value) { this.setAttribute('limit', value); }

  connectedCallback() {
    // Properties set before this class was known hide its accessors.
    for (const name of this.constructor.observedAttributes) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
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
      this.#connectBundle();
    }
    this.refresh();
  }

  /** Asks again; of several calls in one task only the last asks. */
  async refresh() {
    if (!this.#seen || !this.bundle) return;
    this.#refresh?.abort();
    const { signal } = (this.#refresh = new AbortController());
    await undefined;
    if (signal.aborted) return;
    this.#list.ariaBusy = 'true';
    try {
      this.#share ??= shareBundle(this.bundle);
      const hits = await this.query(await this.#share.ready, signal);
      if (!signal.aborted) this.#show(hits);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  handleEvent(event) {
    if (event.type === 'change' && this.usesVisits) this.refresh();
  }

  #connectBundle() {
    if (!this.bundle) return;
    this.#visits = VisitorHistory.of(this.bundle);
    this.#visits.addEventListener('change', this);
  }

  #disconnectBundle() {
    this.#refresh?.abort();
    this.#visits?.removeEventListener('change', this);
    this.#share?.release();
    this.#share = this.#visits = undefined;
  }

  /** Whether selections are remembered: not where the page manages the history itself. */
  get remembers() { return ['', 'local'].includes(this.history.trim()); }

  get usesVisits() { return false; }

  /** The visitor's history as a query takes it. */
  get events() {
    const history = this.history.trim();
    if (this.remembers) return this.#visits.list();
    if (history === 'none') return [];
    return history.startsWith('[') ? JSON.parse(history) : history.split(/\s+/);
  }

  #show(hits) {
    const { activeElement } = this.shadowRoot;
    const position = [...this.#list.children].findIndex((li) => li.contains(activeElement));
    const cards = new Map(hits.map((hit) => [hit.id, this.#cards.get(hit.id) ?? this.#card(hit)]));
    for (const hit of hits) cards.get(hit.id).show(hit);
    this.#cards = cards;
    this.#hits = hits;
    if (position < 0) this.#list.scrollLeft = 0; // the best is first again
    this.#list.replaceChildren(...[...cards.values()].map(({ li }) => li));
    this.#list.ariaLabel = this.label;
    this.#list.ariaBusy = 'false';
    this.#list.hidden = !hits.length;
    this.#fallback.hidden = hits.length > 0;
    if (position >= 0 && hits.length) {
      const kept = this.#list.contains(activeElement) ? activeElement : this.#list.children[Math.min(position, hits.length - 1)].firstChild;
      kept.focus({ preventScroll: true });
    }
    this.#status.textContent = hits.length ? `${this.label}: ${hits.length}` : '';
    this.#emit('results', { hits });
  }

  #fail(error) {
    this.#list.ariaBusy = 'false';
    // Yesterday's list is better than nothing, but not than what the page's author chose.
    if (this.childElementCount || !this.#hits.length) {
      this.#list.hidden = true;
      this.#fallback.hidden = false;
    }
    this.#share?.release();
    this.#share = undefined;
    this.#status.textContent = '';
    this.#emit('error', { error });
  }

  #card(first) {
    let hit = first;
    const { item } = first;
    const href = safeAddress(item.url);
    const price = element('span', 'price');
    const reason = element('span', 'reason');
    const card = element(href ? 'a' : 'button', 'card', href ? { href } : { type: 'button' },
      picture(item), element('span', 'title', {}, item.title ?? item.id), price, reason);
    card.dataset.id = first.id;
    card.onclick = (event) => {
      if (!this.#emit('select', { id: hit.id, item: hit.item, hit }, true)) event.preventDefault();
      else if (this.remembers) this.#visits.add(hit.id);
    };
    const show = (next) => {
      hit = next;
      price.textContent = this.#price(item.price);
      reason.textContent = this.reason(next);
    };
    return { li: element('li', 'item', {}, card), show };
  }

  #price(price) {
    if (price == null) return '';
    const { currency } = this;
    return price.toLocaleString(this.closest('[lang]')?.lang || undefined,
      currency ? { style: 'currency', currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }

  #emit(name, detail, cancelable = false) {
    return this.dispatchEvent(new CustomEvent(`doorstep:${name}`, { detail, bubbles: true, composed: true, cancelable }));
  }
}

const accessors = (kind, defaults) => Object.defineProperties(kind.prototype,
  Object.fromEntries(Object.entries(defaults).map(([name, fallback]) => [name, text(name, fallback)])));

accessors(ItemShelf, { bundle: '', model: '', item: '', because: 'Because you viewed {title}', currency: '' });

/** Items for this visitor. */
export class DoorstepRecommend extends ItemShelf {
  get usesVisits() { return this.remembers; }

  query(doorstep, signal) {
    return doorstep.recommend({ history: this.events, k: this.limit, model: this.model || undefined, explain: true }, { signal });
  }

  reason({ because, fallback }) {
    if (because?.length) return this.because.replace('{title}', () => because[0].title ?? because[0].id);
    return fallback ? 'Popular' : '';
  }
}
accessors(DoorstepRecommend, { history: 'local', label: 'Recommended for you' });

/** Items like one item. */
export class DoorstepSimilar extends ItemShelf {
  async query(doorstep, signal) {
    return this.item ? doorstep.similar(this.item, { k: this.limit, model: this.model || undefined, signal }) : [];
  }

  reason() { return ''; }
}
accessors(DoorstepSimilar, { history: 'local', label: 'Similar items' });

if (!customElements.get('doorstep-recommend')) {
  customElements.define('doorstep-recommend', DoorstepRecommend);
  customElements.define('doorstep-similar', DoorstepSimilar);
}
