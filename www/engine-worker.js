// An engine in a worker of its own, started by the worker that owns the bundle:
// whatever ends it ends nothing else. What worker.js is sent and sends:
//
// In:  { id, method, args } | { abort: id } | { dispose: true }
// Out: { ready } once, then { id, progress } and { id, result | error, cost };
//      { stopped } when the engine is beyond use and must be started anew

/** Said of a worker that is no longer there. */
export class Ended extends Error {}

/** A worker that runs the script at `url`. Throws where there may be none. */
function newWorker(url) {
  // A worker's script must be of the page's origin; a shim that imports it may not be.
  const shim = new URL(url).origin === self.origin ? undefined
    : URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
  if (!self.Worker) throw new Error('its worker can be started by no other worker: update the browser');
  const worker = new Worker(shim ?? url, { type: 'module', name: 'doorstep-gpu' });
  const release = () => URL.revokeObjectURL(shim);
  if (shim) worker.addEventListener('message', release, { once: true });
  return worker;
}

export class EngineWorker {
  #worker;
  #lastId = 0;
  #pending = new Map();

  /** Why it ended; undefined while it runs. */
  ended;

  /** Starts `url`, which is worker.js. */
  constructor(url) {
    this.#worker = newWorker(url);
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.end(event.message ? `its engine stopped (${event.message})` : 'its worker could not be started: allow it in the Content-Security-Policy (worker-src)');
    };
  }

  /**
   * Resolves to `{ result, cost }`. After `patienceMs` without an answer or
   * progress the worker is ended.
   */
  ask(method, args, { patienceMs, signal, onProgress }) {
    return new Promise((resolve, reject) => {
      if (this.ended) throw new Ended(this.ended);
      const id = ++this.#lastId;
      const abort = () => this.#worker.postMessage({ abort: id });
      let alarm;
      const wait = () => {
        clearTimeout(alarm);
        alarm = setTimeout(() => this.end(`no answer within ${patienceMs / 1000} s`), patienceMs);
      };
      const settle = (settled) => (value) => {
        clearTimeout(alarm);
        signal?.removeEventListener('abort', abort);
        this.#pending.delete(id);
        settled(value);
      };
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject), wait, onProgress });
      signal?.addEventListener('abort', abort, { once: true });
      this.#worker.postMessage({ id, method, args });
      wait();
    });
  }

  /** Ends the worker; who still waits for it hears why. */
  end(reason) {
    if (this.ended) return;
    this.ended = reason;
    this.#worker.terminate();
    for (const { reject } of [...this.#pending.values()]) reject(new Ended(reason));
  }

  #receive({ id, progress, stopped, result, error, cost }) {
    if (stopped) return this.end(`its engine stopped (${stopped})`);
    const request = this.#pending.get(id);
    if (!request) return;
    if (progress) {
      request.wait();
      request.onProgress?.(progress);
    } else if (error) {
      request.reject(Object.assign(new Error(error.message), error));
    } else {
      request.resolve({ result, cost });
    }
  }
}
