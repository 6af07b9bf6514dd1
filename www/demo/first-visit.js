// A worker for measuring what a first visit fetches: the bundle's files come past the browser's
// cache. The engines may come from it, since browsers tell their size anyhow.

import '../worker.js';

/** Only a worker has a `fetch` of its own to change. */
export function serve() {
  throw new Error('Measuring needs workers, and this page may not start any.');
}

if (!self.document) {
  const { fetch } = self;
  self.fetch = (url, options) => fetch(url, url.endsWith('.wasm') ? options : { ...options, cache: 'no-store' });
}
