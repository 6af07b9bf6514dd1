// The engine inside the page, for pages that may not start workers.

import { DoorstepError } from './doorstep.js';

/** One end of a channel within the page: what it is sent arrives at the other's `onmessage`, after what runs now. */
class End {
  #other;

  static pair() {
    const [one, two] = [new End(), new End()];
    [one.#other, two.#other] = [two, one];
    return [one, two];
  }

  /** A channel of the browser's would take a turn of the page's event loop each way, as long as a query. */
  postMessage(data) {
    queueMicrotask(() => this.#other?.onmessage?.({ data }));
  }

  close() {
    this.#other = undefined;
  }
}

/** A port to the worker's module at `url`, which behaves like a worker. */
export async function startInPage(url) {
  const { serve } = await import(url).catch((error) => {
    throw new DoorstepError('network', `${url}: could not be loaded (${error.message}). Upload worker.js beside doorstep.js, or pass workerUrl.`, { file: 'worker.js' });
  });
  const [engine, page] = End.pair();
  serve(engine);
  return {
    // The query as it is now, whatever the page does to it while it waits.
    postMessage: (data) => page.postMessage(structuredClone(data)),
    terminate: () => page.postMessage({ dispose: true }),
    set onmessage(receive) { page.onmessage = receive; },
  };
}
