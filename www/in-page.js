// The engine inside the page, for pages that may not start workers.

import { DoorstepError } from './doorstep.js';

/** A port to the worker's module at `url`, which behaves like a worker. */
export async function startInPage(url) {
  const { serve } = await import(url).catch((error) => {
    throw new DoorstepError('network', `${url}: could not be loaded (${error.message}). Upload worker.js beside doorstep.js, or pass workerUrl.`, { file: 'worker.js' });
  });
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  port2.terminate = () => port2.postMessage({ dispose: true });
  return port2;
}
