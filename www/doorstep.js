// Doorstep's public JavaScript API. doorstep.d.ts has its types and describes it.

/** What went wrong (`code`), with which file, and in the message what to do about it. */
export class DoorstepError extends Error {
  constructor(code, message, { file, status } = {}) {
    super(message);
    this.name = 'DoorstepError';
    this.code = code;
    this.file = file;
    this.status = status;
  }
}

/** Beyond this a timer fires at once. */
const LONGEST_WAIT = 2 ** 31 - 1;
const DEVICES = ['auto', 'cpu', 'webgpu'];
const invalid = (message) => new DoorstepError('invalid-query', message);

const EVENT_FIELDS = ['item', 'rating', 'time'];
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ids are text; numbers are taken for what they look like. */
export const idOf = (id) => (typeof id === 'number' ? String(id) : id);

/** One entry of a history as a record, which is what the engine takes. */
const eventOf = (given) => (isObject(given) ? { ...given, item: idOf(given.item) } : { item: idOf(given) });

const isEvent = (event) => isText(event.item)
  && Object.entries(event).every(([field, value]) => field === 'item' || (EVENT_FIELDS.includes(field) && (value == null || Number.isFinite(value))));

const isText = (value) => typeof value === 'string';

/** A script that is fetched when it is needed. */
export const brought = (loading, file) => loading.catch(({ message }) => {
  throw new DoorstepError('network', `${file}: could not be loaded (${message}). Upload it beside doorstep.js.`, { file });
});

/** What is wrong, in words that only a page with a mistake loads. */
const explanation = () => brought(import('./explain.js'), 'explain.js');

/** The query in the engine's terms, without what is undefined. */
async function plain(options) {
  const { history, filter, ...rest } = options ?? {};
  const events = history == null ? [] : Array.isArray(history) && history.map(eventOf);
  const isFine = isObject(options) && events && events.every(isEvent) && (filter == null || isObject(filter));
  if (!isFine) throw (await explanation()).badQuery(options);
  const query = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (history != null) query.history = events;
  if (filter != null) query.filter = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, [value].flat()]));
  return query;
}

export function bundleAddress(url) {
  if (!url || !URL.canParse(url, document.baseURI)) throw invalid(`${url ? `"${url}" is no address` : 'There is no address of a bundle'}. Give that of its folder.`);
  const address = new URL(url, document.baseURI);
  address.search = address.hash = '';
  address.pathname = address.pathname.replace(/\/manifest\.json$/, '/');
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address.href;
}

/**
 * What a worker of the page's origin runs to become the one at `url`. Imported later, that is a script to
 * a page's policy and no worker; what arrives in between is kept.
 */
const shimOf = (url) => `const early = []; onmessage = (event) => early.push(event);
import(${JSON.stringify(url)}).then(() => early.forEach((event) => onmessage(event)), (error) => setTimeout(() => { throw error; }));`;

/** A worker that runs the script at `url`. Throws where the page may not have one. */
function newWorker(url) {
  // A worker's script must be of the page's origin; a shim that imports it may not be.
  const shim = new URL(url).origin === location.origin ? undefined
    : URL.createObjectURL(new Blob([shimOf(url)], { type: 'text/javascript' }));
  const worker = new Worker(shim ?? url, { type: 'module', name: 'doorstep' });
  worker.started = new Promise((ready, refused) => {
    worker.addEventListener('message', ready, { once: true });
    worker.onerror = (event) => { event.preventDefault(); refused(event); };
  }).finally(() => shim && URL.revokeObjectURL(shim));
  return worker;
}

export class Doorstep extends EventTarget {
  #options;
  #host; // promise of a worker or port whose bundle is loaded
  #running = new Set(); // workers and ports, loaded or not
  #pending = new Map();
  #lastId = 0;
  #disposed = false;

  static async load(url, options) {
    const { device = 'auto', history, onProgress, signal, workerUrl, inPage = false, timeoutMs = 15_000, ...unknown } = options ?? {};
    const isFine = DEVICES.includes(device) && timeoutMs > 0 && !Object.keys(unknown).length;
    if (!isFine) throw (await explanation()).badOptions({ device, timeoutMs, unknown });
    const ahead = history && (await plain({ history })).history.map(({ item }) => item);
    const doorstep = new Doorstep();
    const worker = new URL(workerUrl ?? './worker.js', workerUrl ? document.baseURI : import.meta.url).href;
    const integrity = document.querySelector('script[type=importmap]') ? (await brought(import('./digests.js'), 'digests.js')).digests() : {};
    doorstep.#options = {
      ahead,
      base: bundleAddress(url),
      device,
      inPage,
      integrity: worker in integrity ? integrity : undefined,
      timeoutMs: Math.min(timeoutMs, LONGEST_WAIT),
      workerUrl: worker,
    };
    // Not before what is awaited above: from here to the listener nothing is.
    signal?.throwIfAborted();
    let stop;
    const aborted = new Promise((_, reject) => {
      stop = () => reject(signal.reason);
      signal?.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([aborted, doorstep.#open(onProgress)]);
      return doorstep;
    } catch (error) {
      doorstep.dispose();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  get url() { return this.#options.base; }
  manifest;
  loadCost;

  async recommend(query = {}, { signal } = {}) {
    const { hits } = await this.#query('recommend', await plain(query), signal);
    return hits.filter(({ fallback }) => !fallback || this.manifest.data.interactions);
  }

  async similar(item, { signal, ...options } = {}) {
    return (await this.#query('similar', await plain({ ...options, item: idOf(item) }), signal)).hits;
  }

  async search(text, { signal, ...options } = {}) {
    return (await this.#query('search', await plain({ ...options, text }), signal)).items;
  }

  async items(wanted, { signal } = {}) {
    const ids = Array.isArray(wanted) ? wanted.map(idOf) : [undefined];
    if (!ids.every(isText)) throw invalid("items takes a list of ids, such as ['B01', 'B02'].");
    return this.#query('items', ids, signal);
  }

  async predict(features, { signal, ...options } = {}) {
    return this.#query('predict', await plain({ ...options, features }), signal);
  }

  async features(model, { signal } = {}) {
    return this.#query('features', await plain({ model }), signal);
  }

  async rows(rows, model, { signal, names } = {}) {
    return this.#query('rows', await plain({ rows, model, names }), signal);
  }

  async findRows(text, { signal, ...options } = {}) {
    return this.#query('findRows', await plain({ ...options, text }), signal);
  }

  async inspect(picture, { signal, ...options } = {}) {
    const { pixelsOf } = await import('./anomaly/pixels.js');
    return this.#query('inspect', await plain({ ...options, ...await pixelsOf(picture) }), signal);
  }

  dispose() {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const host of this.#running) host.terminate();
    this.#rejectAll(this.#gone());
  }

  #gone() {
    return new DoorstepError('disposed', 'This Doorstep was disposed. Load the bundle again.');
  }

  async #query(method, args, signal, reopened) {
    signal?.throwIfAborted();
    if (this.#disposed) throw this.#gone();
    const host = await (this.#host ?? this.#open()); // what stopped is replaced by the next query
    signal?.throwIfAborted();
    if (this.#disposed) throw this.#gone();
    try {
      return (await this.#request(host, method, args, { signal })).result;
    } catch (error) {
      const isOutdated = error.code === 'outdated';
      if ((isOutdated && reopened) || ['invalid-query', 'engine'].includes(error.code)) throw (await explanation()).explained(args, error);
      if (!isOutdated) throw error;
      if (this.#running.has(host)) {
        this.#host = undefined;
        // What else waits for it asks again, too.
        this.#drop(host, error);
      }
      return this.#query(method, args, signal, true);
    }
  }

  #open(onProgress) {
    const host = this.#start(onProgress);
    this.#host = host;
    host.catch(() => { if (this.#host === host) this.#host = undefined; });
    return host;
  }

  async #start(onProgress) {
    const { inPage, integrity, timeoutMs, workerUrl } = this.#options;
    let host;
    const load = (started) => {
      host = started;
      this.#running.add(host);
      host.onmessage = ({ data }) => this.#receive(host, data);
      const loading = this.#request(host, 'load', this.#options, { onProgress });
      loading.catch(() => {}); // whoever awaits it hears of it
      return loading;
    };
    try {
      let loading;
      try {
        if (inPage || integrity) throw undefined;
        // Asked at once: the worker begins as soon as its script is there.
        loading = load(newWorker(workerUrl));
        await Promise.race([host.started, loading, new Promise((_, refuse) => setTimeout(refuse, timeoutMs))]);
        host.onerror = (event) => {
          event.preventDefault();
          this.#stopped(host, event.message);
        };
      } catch {
        this.#drop(host, this.#gone());
        const { startInPage } = await brought(import('./in-page.js'), 'in-page.js');
        if (!this.#disposed) loading = load(await startInPage(workerUrl));
      }
      if (this.#disposed) throw this.#gone();
      const { result, cost } = await loading;
      this.manifest = result;
      this.loadCost = cost;
      return host;
    } catch (error) {
      this.#drop(host, error);
      throw error;
    }
  }

  /** Ends a host; what it still owes fails with `error`. */
  #drop(host, error) {
    if (!this.#running.delete(host)) return;
    host.terminate();
    this.#rejectAll(error, host);
  }

  #stopped(host, reason) {
    if (!this.#running.has(host)) return;
    this.#host = undefined;
    this.#drop(host, new DoorstepError('engine', `The engine stopped: ${reason || 'no reason given'}. The next query starts a new one; report the bundle if it happens again.`));
  }

  #request(host, method, args, { signal, onProgress }) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      // An aborted request stays pending: the worker still says what it had cost.
      const abort = () => {
        host.postMessage({ abort: id });
        reject(signal.reason);
      };
      try {
        host.postMessage({ id, method, args });
      } catch (error) {
        throw invalid(`The query can't be sent to the engine (${error.message}). Use plain values only.`);
      }
      signal?.addEventListener('abort', abort, { once: true });
      const settled = () => signal?.removeEventListener('abort', abort);
      this.#pending.set(id, { host, method, query: args, resolve, reject, onProgress, settled });
    });
  }

  #receive(host, { id, progress, stopped, result, error: cause, cost }) {
    if (stopped) return this.#stopped(host, stopped);
    const request = this.#pending.get(id);
    if (!request) return;
    if (progress) return request.onProgress?.(progress);
    this.#pending.delete(id);
    request.settled();
    const error = cause && new DoorstepError(cause.code, cause.message, cause);
    if (error) request.reject(error);
    else request.resolve({ result, cost });
    if (request.method === 'load') return;
    this.loadCost.engineBytes = Math.max(this.loadCost.engineBytes, cost.engineBytes);
    this.loadCost.timings = cost.timings;
    const { model, unknown = [] } = result ?? {};
    const detail = { method: request.method, query: request.query, model, unknown, error, ...cost };
    this.dispatchEvent(new CustomEvent('query', { detail }));
  }

  #rejectAll(error, host) {
    for (const [id, request] of this.#pending) {
      if (host && request.host !== host) continue;
      this.#pending.delete(id);
      request.settled();
      request.reject(error);
    }
  }
}

/** An element that is moved about, perhaps in several tasks, finds its bundle still loaded. */
const RELEASE_AFTER_MS = 1000;

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
      setTimeout(() => { if (--shared.users === 0) shared.end(); }, RELEASE_AFTER_MS);
    },
  };
}
