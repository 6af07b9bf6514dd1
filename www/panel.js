// What the insides of <doorstep-predict> and <doorstep-anomaly> have in common: when their bundle is opened,
// and what is let go of.

import { element, failed, shareFor } from './widgets.js';

const panels = new WeakMap();

/** An accessor of what an element's panel has under this name. */
export const ofPanel = (name) => ({ get() { return panels.get(this)?.[name]; }, configurable: true, enumerable: true });

/** The inside of an element, once there is one. */
export const panelOf = (host) => panels.get(host);

/** The inside of one element. Its kind has `open()`, `changed(names)` of attributes, and `end()` of what it is about. */
export class LazyPanel {
  host;
  /** Shown in place of what stands between the tags. */
  panel = element('div', 'panel', { hidden: true });
  status = element('p', 'status');
  #fallback = element('slot');
  #attributes;
  #watch = new MutationObserver((changes) => this.#tell(changes));
  #seen;
  #share;

  constructor(host, sheet, attributes) {
    this.host = host;
    this.#attributes = attributes;
    panels.set(host, this);
    const root = host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    this.panel.setAttribute('role', 'group');
    this.panel.lang = this.status.lang = 'en'; // what its own sentences are in, whatever the page is
    this.status.setAttribute('role', 'status');
    root.append(this.panel, this.status, this.#fallback);
  }

  /** Opens the bundle once the element is seen. */
  connect() {
    this.disconnect(); // it may have been moved within the page
    if (!this.host.isConnected) return;
    this.#watch.observe(this.host, { attributeFilter: this.#attributes });
    this.#seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.#seen.disconnect();
      this.open();
    }, { rootMargin: '200px' });
    this.#seen.observe(this.host);
  }

  disconnect() {
    this.#watch.disconnect();
    this.#seen?.disconnect();
    this.end();
    this.#share?.release();
    this.#share = undefined;
  }

  /** The element's bundle, which is kept until it leaves the page. */
  async bundle() {
    const share = (this.#share ??= shareFor(this.host));
    try {
      return await share.ready;
    } catch (error) {
      if (this.#share === share) this.#share = undefined; // a later try may succeed
      share.release();
      throw error;
    }
  }

  /** Hears of attributes that were changed in the task that runs. */
  catchUp() {
    this.#tell(this.#watch.takeRecords());
  }

  #tell(changes) {
    if (changes.length) this.changed(changes.map((change) => change.attributeName));
  }

  show(isThere) {
    this.panel.hidden = !isThere;
    this.#fallback.hidden = isThere;
  }

  /** Back to what stands between the tags. */
  fail(error) {
    this.show(false);
    failed(this.host, error);
  }
}
