// Optional service worker: what was seen works offline, and a new publication replaces the one
// before as a whole or not at all. In a script at your site's root, with the folder's path:
//
//   self.DOORSTEP = '/doorstep/';
//   importScripts('/doorstep/offline.js');

(() => {
  const base = new URL(self.DOORSTEP ?? './', location).href;
  const CACHE = `doorstep:${base}`;
  /** Where the site's own files are kept. */
  const PAGES = `${CACHE}pages`;
  const RECORD = 'publication.json';
  /** What pages consist of. What else they ask for is between them and their server. */
  const PARTS = ['script', 'style', 'image', 'font'];
  const HASH = /-[0-9a-f]{12}(?=\/)/g;
  /** Most files that the browser is asked for when this worker begins. */
  const MOST = 4000;

  /** A path without the hash that another version of the file has. */
  const stem = (path) => path.replace(HASH, '-');

  /** A file of this publication, verified where the publication says how. */
  async function part(path, integrity) {
    const answer = await fetch(base + path, { cache: 'no-cache', ...(integrity && { integrity }) });
    if (!answer.ok) throw new Error(`${path}: the server answered ${answer.status}`);
    return answer;
  }

  /** Takes on what was published since: of every file that was seen, the present version. */
  async function update() {
    const cache = await caches.open(CACHE);
    const answer = await part(RECORD);
    const text = await answer.clone().text();
    const { files, runtime, changing } = JSON.parse(text);
    const digests = new Map([...runtime, ...changing].map(({ path, integrity }) => [path, integrity]));
    const present = new Map(files.map((path) => [stem(path), path]));
    const seen = (await cache.keys()).map(({ url }) => url.slice(base.length));
    if (text === await (await cache.match(base + RECORD))?.text()) {
      // Only now, since pages that were open when it came went on with what was before.
      for (const path of seen) if (path !== RECORD && !files.includes(path)) await cache.delete(base + path);
      return;
    }
    const wanted = new Set(seen.map((path) => present.get(stem(path))).filter((path) => path && (digests.has(path) || !seen.includes(path))));
    // All or nothing: one that is missing, or is another than the record says, leaves what there is.
    const parts = await Promise.all([...wanted].map(async (path) => [path, await part(path, digests.get(path))]));
    for (const [path, found] of parts) await cache.put(base + path, found);
    await cache.put(base + RECORD, answer);
  }

  /** What the browser's own cache has of a file; undefined where it has none, or none with this digest. */
  async function kept(path, integrity) {
    const answer = await fetch(base + path, { cache: 'only-if-cached', mode: 'same-origin', ...(integrity && { integrity }) }).catch(() => {});
    return answer?.ok ? answer : undefined;
  }

  /** Takes over what open pages fetched before there was this worker. */
  async function adopt() {
    const cache = await caches.open(CACHE);
    if (await cache.match(base + RECORD)) return;
    const pages = await caches.open(PAGES);
    for (const { url } of await clients.matchAll({ type: 'window' })) {
      const answer = await fetch(url);
      if (isLasting(answer)) await pages.put(url, answer).catch(() => {});
    }
    const answer = await part(RECORD);
    const { files, runtime, changing } = await answer.clone().json();
    const digests = new Map([...changing, ...runtime].map(({ path, integrity }) => [path, integrity]));
    const paths = [...new Set([...digests.keys(), ...files])].slice(0, MOST);
    await Promise.all(paths.map(async (path) => {
      if (await cache.match(base + path)) return;
      const digest = digests.get(path);
      // What was seen of an earlier publication is replaced by what the record goes with.
      const found = await kept(path, digest) ?? (digest && await kept(path) && await part(path, digest));
      if (found) await cache.put(base + path, found);
    }));
    await cache.put(base + RECORD, answer);
  }

  /** Whether an answer is one to keep: whole, and not for this moment or this visitor alone. */
  const isLasting = ({ status, headers }) => status === 200 && !/no-store|private/i.test(headers.get('cache-control') ?? '');

  /** Keeps a copy behind the page's back: no failure of the cache, nor its pace, is one of the answer. */
  function keep(event, name, answer) {
    if (!isLasting(answer)) return;
    const copy = answer.clone();
    event.waitUntil(caches.open(name).then((cache) => cache.put(event.request.url, copy)).catch(() => {}));
  }

  /** What a cache has of a request; undefined where it has nothing, or can't be had. */
  const lookUp = (name, { url }) => caches.open(name).then((cache) => cache.match(url)).catch(() => {});

  /** From the cache; else from the server, and kept. */
  async function once(event) {
    const before = await lookUp(CACHE, event.request);
    if (before) return before;
    const answer = await fetch(event.request);
    keep(event, CACHE, answer);
    return answer;
  }

  /** From the server; where that can't be reached, as it was seen last. */
  async function newest(event) {
    try {
      const answer = await fetch(event.request);
      keep(event, PAGES, answer);
      return answer;
    } catch (error) {
      const before = await lookUp(PAGES, event.request);
      if (before) return before;
      throw error;
    }
  }

  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim().then(adopt).catch(() => {})));
  addEventListener('fetch', (event) => {
    const { request } = event;
    if (request.method !== 'GET' || request.headers.has('range') || request.cache === 'no-store') return;
    const isPage = request.mode === 'navigate';
    const isOwn = new URL(request.url).origin === location.origin;
    if (request.url.startsWith(base) && !isPage) event.respondWith(once(event));
    else if (isPage || (isOwn && PARTS.includes(request.destination))) event.respondWith(newest(event));
    // Not while a page waits for its own files.
    if (isPage) event.waitUntil(update().catch(() => {}));
  });
})();
