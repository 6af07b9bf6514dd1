// Doorstep's public JavaScript API. See doorstep.d.ts for types.
//
//   import { Doorstep } from './doorstep.js';
//   const ds = await Doorstep.load('/bundle/');
//   const hits = await ds.recommend({ history: ['B01', 'B02'], k: 10 });

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

const DEVICES = ['auto', 'cpu', 'webgpu'];
const invalid = (message) => new DoorstepError('invalid-query', message);

/** The query in the engine's terms: history entries are records, a filter's values lists, and what is undefined is absent. */
function plain({ history, filter, ...rest }) {
  const query = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (history) query.history = Array.from(history, (event) => (typeof event === 'string' ? { item: event } : event));
  if (filter) query.filter = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, [value].flat()]));
  return query;
}

/** The address of a bundle's folder: absolute, ending in a slash, without query or fragment. */
export function bundleAddress(url) {
  const address = new URL(url, document.baseURI);
  address.search = address.hash = '';
  if (!address.pathname.endsWith('/')) address.pathname += '/';
  return address.href;
}

/** A started worker, or undefined where the page may not have one. */
async function startWorker(url, timeoutMs) {
  // A worker's script must be of the page's origin; a shim that imports it may not be.
  const shim = new URL(url).origin === location.origin ? undefined
    : URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
  let worker;
  try {
    worker = new Worker(shim ?? url, { type: 'module', name: 'doorstep' });
    await new Promise((ready, refused) => {
      worker.onmessage = ready;
      worker.onerror = (event) => { event.preventDefault(); refused(); };
      setTimeout(refused, timeoutMs);
    });
    return worker;
  } catch {
    worker?.terminate();
  } finally {
    if (shim) URL.revokeObjectURL(shim);
  }
}

/** The same engine on the page's own thread. */
async function startInPage(url) {
  const { serve } = await import(url).catch((error) => {
    throw new DoorstepError('network', `${url}: could not be loaded (${error.message}). Upload worker.js beside doorstep.js, or pass workerUrl.`, { file: 'worker.js' });
  });
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  port2.terminate = () => port2.postMessage({ dispose: true });
  return port2;
}

/** A loaded bundle. Emits a `query` event, with what it cost, after every query. */
export class Doorstep extends EventTarget {
  #options;
  #host; // promise of a worker or port whose bundle is loaded
  #running = new Set(); // workers and ports, loaded or not
  #pending = new Map();
  #lastId = 0;
  #disposed = false;

  /** Loads the bundle in the folder `url` (relative to the page). */
  static async load(url, { device = 'auto', onProgress, signal, workerUrl, timeoutMs = 15_000 } = {}) {
    signal?.throwIfAborted();
    if (!DEVICES.includes(device)) throw invalid(`device is ${JSON.stringify(device)}; choose one of ${DEVICES.join(', ')}.`);
    if (!(timeoutMs > 0)) throw invalid(`timeoutMs is ${timeoutMs}; give a number above 0.`);
    const doorstep = new Doorstep();
    doorstep.#options = {
      base: bundleAddress(url),
      device,
      timeoutMs,
      workerUrl: new URL(workerUrl ?? './worker.js', workerUrl ? document.baseURI : import.meta.url).href,
    };
    let stop;
    const aborted = new Promise((_, reject) => {
      stop = () => reject(signal.reason);
      signal?.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([aborted, (doorstep.#host = doorstep.#start(onProgress))]);
      return doorstep;
    } catch (error) {
      doorstep.dispose();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Address of the bundle. */
  get url() { return this.#options.base; }
  /** The bundle's manifest: catalogue, models and their figures. */
  manifest;
  /** What loading cost: `{ milliseconds, bytes, files, cached, engineBytes }`. */
  loadCost;

  /** The `k` items to show someone with this history, best first. */
  async recommend(query = {}, { signal } = {}) {
    return (await this.#query('recommend', plain(query), signal)).hits;
  }

  /** The `k` items most like `item`. */
  async similar(item, { signal, ...options } = {}) {
    return (await this.#query('similar', plain({ ...options, item }), signal)).hits;
  }

  /** Items with words that start with those of `text`, most popular first. */
  async search(text, { signal, ...options } = {}) {
    return (await this.#query('search', plain({ ...options, text }), signal)).items;
  }

  /** The records of these ids, null where the catalogue has none. */
  async items(ids, { signal } = {}) {
    return this.#query('items', ids, signal);
  }

  /** Ends the worker. Queries under way are rejected, later ones too. */
  dispose() {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const host of this.#running) host.terminate();
    this.#rejectAll(this.#gone());
  }

  #gone() {
    return new DoorstepError('disposed', 'This Doorstep was disposed. Load the bundle again.');
  }

  async #query(method, args, signal) {
    signal?.throwIfAborted();
    if (this.#disposed) throw this.#gone();
    // A worker that died is replaced by the next query.
    const host = await (this.#host ??= this.#start());
    signal?.throwIfAborted();
    return (await this.#request(host, method, args, { signal })).result;
  }

  async #start(onProgress) {
    const { base, timeoutMs, workerUrl } = this.#options;
    const host = (await startWorker(workerUrl, timeoutMs)) ?? (await startInPage(workerUrl));
    if (this.#disposed) {
      host.terminate();
      throw this.#gone();
    }
    this.#running.add(host);
    host.onmessage = ({ data }) => this.#receive(data);
    host.onerror = (event) => {
      event.preventDefault();
      host.terminate();
      this.#running.delete(host);
      this.#host = undefined;
      this.#rejectAll(new DoorstepError('engine', `The engine stopped: ${event.message || 'no reason given'}. The next query starts a new one; report the bundle if it happens again.`));
    };
    try {
      const { result, cost } = await this.#request(host, 'load', { base, timeoutMs }, { onProgress });
      this.manifest = result.manifest;
      this.loadCost = { ...cost, engineBytes: result.engineBytes };
      return host;
    } catch (error) {
      host.terminate();
      this.#running.delete(host);
      this.#host = undefined;
      throw error;
    }
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
      this.#pending.set(id, { method, resolve, reject, onProgress, settled });
    });
  }

  #receive({ id, progress, result, error: cause, cost }) {
    const request = this.#pending.get(id);
    if (!request) return;
    if (progress) {
      request.onProgress?.(progress);
      return;
    }
    this.#pending.delete(id);
    request.settled();
    const error = cause && new DoorstepError(cause.code, cause.message, cause);
    if (error) request.reject(error);
    else request.resolve({ result, cost });
    if (request.method === 'load') return;
    const { model, unknown = [] } = result ?? {};
    const detail = { method: request.method, model, unknown, engine: 'core', device: 'cpu', requestedDevice: this.#options.device, error, ...cost };
    this.dispatchEvent(new CustomEvent('query', { detail }));
  }

  #rejectAll(error) {
    for (const { reject, settled } of this.#pending.values()) {
      settled();
      reject(error);
    }
    this.#pending.clear();
  }
}
