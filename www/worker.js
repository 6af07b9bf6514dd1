// Where the engine lives: this module owns all networking and answers one
// request at a time. It runs as a module worker or, where a page may not start
// workers, inside the page on a MessagePort.
//
// In:  { id, method, args } | { abort: id } | { dispose: true }
// Out: { ready } once, then { id, progress } and { id, result | error, cost }

const CORE = new URL('./doorstep-core.js', import.meta.url).href;
const CORE_WASM = new URL('./doorstep-core_bg.wasm', import.meta.url).href;

/** Shards may be asked for in parallel; one slow server answers each in time or not at all. */
const RETRY_AFTER_MS = 250;

const failure = (code, file, message, status) => Object.assign(new Error(`${file}: ${message}`), { code, file, status });

const worthRetrying = (error) => error instanceof TypeError || error.status >= 500 || error.status === 429;

/** One attempt at an address: the response, or an error that says what to do. */
async function open(url, file, timeoutMs, signal, cache) {
  const deadline = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { cache, signal: AbortSignal.any([signal, deadline]) });
  if (!response.ok) {
    throw failure('network', file, `the server answered ${response.status}. Upload the whole folder, and keep manifest.json together with the files that it names.`, response.status);
  }
  return response;
}

/** The body, given up as soon as it is longer than `limit` bytes. */
async function read(response, file, limit, onBytes) {
  const chunks = [];
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      reader.cancel().catch(() => {});
      throw failure('damaged', file, `longer than the ${limit} bytes that it may have. The files on the server are damaged or from two publications: publish the bundle again.`);
    }
    onBytes(value.length);
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** What a failed fetch is called on the page. Typed errors and aborts pass. */
function explain(error, file, timeoutMs) {
  if (error.name === 'TimeoutError') {
    return failure('network', file, `not here within ${timeoutMs} ms. Check the connection, or raise timeoutMs.`);
  }
  if (error instanceof TypeError) {
    return failure('network', file, `could not be fetched (${error.message}). Check the connection and the address; a server of another origin must send Access-Control-Allow-Origin.`);
  }
  return error;
}

/** Bytes that the browser's own cache spared, by the browser's account of `urls`. */
function fromCache(urls) {
  let files = 0;
  let bytes = 0;
  for (const url of urls) {
    const entry = performance.getEntriesByName(url, 'resource').at(-1);
    if (entry && entry.transferSize < entry.encodedBodySize) {
      files += 1;
      bytes += entry.decodedBodySize;
    }
  }
  return { files, bytes };
}

/** Answers the requests that arrive at `port` (a worker's own scope, or a MessagePort). */
export function serve(port) {
  const queue = [];
  let current;
  let engine;
  let base;
  let timeoutMs;
  let early; // the manifest, asked for while the engine is still on its way

  async function fetchBytes(path, maxBytes) {
    const job = current;
    const { signal } = job.controller;
    const url = new URL(path, base).href;
    if (!url.startsWith(base)) throw failure('damaged', path, 'lies outside the bundle. Publish the bundle again.');
    const isManifest = path === 'manifest.json';
    for (let attempt = 0; ; attempt++) {
      let received = 0;
      try {
        // Everything but the manifest is named by its content. A second attempt
        // takes a stale copy rather than none: offline, what was cached still works.
        const cache = attempt ? 'force-cache' : isManifest ? 'no-cache' : 'default';
        const ahead = isManifest && early;
        early = undefined;
        const response = await (ahead || open(url, path, timeoutMs, signal, cache));
        const declared = Number(response.headers.get('content-length')) || 0;
        job.total += declared;
        const bytes = await read(response, path, maxBytes, (count) => {
          received += count;
          job.loaded += count;
          progress(job, path);
        });
        job.total += received - declared; // a compressed answer declares less than it unpacks to
        job.bytes += received;
        job.urls.push(url);
        return bytes;
      } catch (error) {
        job.bytes += received;
        if (attempt || !worthRetrying(error)) throw explain(error, path, timeoutMs);
        await new Promise((resume) => setTimeout(resume, RETRY_AFTER_MS * (1 + Math.random())));
        signal.throwIfAborted();
      }
    }
  }

  function progress(job, file) {
    if (job.method !== 'load') return;
    port.postMessage({ id: job.id, progress: { loaded: job.loaded, total: Math.max(job.total, job.loaded), file } });
  }

  async function load(job, options) {
    ({ base, timeoutMs } = options);
    const { signal } = job.controller;
    early = open(new URL('manifest.json', base).href, 'manifest.json', timeoutMs, signal, 'no-cache');
    early.catch(() => {}); // reported by fetchBytes
    const [core, wasm] = await Promise.all([
      import('./doorstep-core.js').catch((error) => {
        throw failure('network', 'doorstep-core.js', `could not be loaded from ${CORE} (${error.message}). Upload the engine beside doorstep.js.`);
      }),
      open(CORE_WASM, 'doorstep-core_bg.wasm', timeoutMs, signal, 'default').catch((error) => {
        throw explain(error, 'doorstep-core_bg.wasm', timeoutMs);
      }),
    ]);
    await core.default({ module_or_path: wasm });
    engine = await core.Engine.load(fetchBytes);
    const engineBytes = [CORE, CORE_WASM]
      .map((url) => performance.getEntriesByName(url, 'resource').at(-1)?.encodedBodySize ?? 0)
      .reduce((sum, bytes) => sum + bytes);
    return { manifest: engine.manifest(), engineBytes };
  }

  async function run(job) {
    const start = performance.now();
    const answer = { id: job.id };
    try {
      job.controller.signal.throwIfAborted();
      answer.result = job.method === 'load' ? await load(job, job.args) : await engine[job.method](job.args);
    } catch (error) {
      const { code, message, file, status } = error;
      if (job.controller.signal.aborted) answer.error = { code: 'aborted', message: 'The query was aborted.' };
      else answer.error = { code: typeof code === 'string' ? code : 'engine', message: message ?? String(error), file, status };
    }
    const milliseconds = performance.now() - start;
    const cached = fromCache(job.urls);
    answer.cost = { milliseconds, bytes: Math.max(0, job.bytes - cached.bytes), files: job.urls.length, cached: cached.files };
    port.postMessage(answer);
  }

  async function drain() {
    if (current) return;
    while ((current = queue.shift())) await run(current);
  }

  port.onmessage = ({ data }) => {
    if (data.dispose) {
      queue.length = 0;
      current?.controller.abort();
      engine?.free();
      port.close();
    } else if (data.abort) {
      [current, ...queue].find((job) => job?.id === data.abort)?.controller.abort();
    } else {
      queue.push({ ...data, controller: new AbortController(), bytes: 0, urls: [], loaded: 0, total: 0 });
      drain();
    }
  };
}

if (typeof DedicatedWorkerGlobalScope === 'function' && self instanceof DedicatedWorkerGlobalScope) {
  serve(self);
  self.postMessage({ ready: true });
}
