// What a visitor looked at, kept on their own device; history.d.ts says where.

import { bundleAddress, idOf } from './doorstep.js';

const MAX_EVENTS = 50;
const PREFIX = 'doorstep:history:';
const histories = new Map();

const isId = (item) => typeof item === 'string' && item !== '';

/** What somebody else may have stored, as an event or nothing. */
function asEvent(stored) {
  const { item, time } = stored ?? {};
  if (!isId(item)) return [];
  return [Number.isFinite(time) ? { item, time } : { item }];
}

function parse(text) {
  try {
    const events = JSON.parse(text);
    return Array.isArray(events) ? events.flatMap(asEvent).slice(-MAX_EVENTS) : [];
  } catch {
    return [];
  }
}

/** A visitor's history with one bundle. Emits `change`, also for changes made in other tabs. */
export class VisitorHistory extends EventTarget {
  #events = []; // the history itself where storage is blocked or full
  #persistent = true;

  /** The page's one history of the bundle at this address. */
  static of(bundle) {
    const address = bundleAddress(bundle);
    const { origin, pathname } = new URL(address);
    const key = PREFIX + (origin === location.origin ? pathname : address);
    if (!histories.has(key)) histories.set(key, new VisitorHistory(key));
    return histories.get(key);
  }

  constructor(key) {
    super();
    this.key = key;
    addEventListener('storage', (event) => {
      if (event.key === key || event.key === null) this.#changed();
    });
  }

  get persistent() { return this.#persistent; }

  list() {
    if (this.#persistent) {
      try {
        return parse(localStorage.getItem(this.key));
      } catch {
        this.#persistent = false;
      }
    }
    return [...this.#events];
  }

  /** Makes `item` the newest: an id, of which a number is written as text. */
  add(id) {
    const item = idOf(id);
    if (!isId(item)) throw new TypeError('A history holds ids: give add() a text that is not empty.');
    const event = { item, time: Math.floor(Date.now() / 1000) };
    this.#write([...this.list().filter((other) => other.item !== item), event].slice(-MAX_EVENTS));
  }

  remove(id) {
    this.#write(this.list().filter(({ item }) => item !== idOf(id)));
  }

  clear() {
    this.#write([]);
  }

  #write(events) {
    this.#events = events;
    try {
      localStorage.setItem(this.key, JSON.stringify(events));
      this.#persistent = true;
    } catch {
      this.#persistent = false;
    }
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
