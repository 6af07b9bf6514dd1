// Where the engine lives: owns all networking, answers one request at a time, sent as
// engine-worker.js says. A module worker or, on a page without, inside it on a MessagePort.

const ENGINES = ['core', 'tables', 'cpu']; // each runs what those before it run
const addressOf = (file) => new URL(file, import.meta.url).href;
const filesOf = (engine) => [`doorstep-${engine}.js`, `doorstep-${engine}_bg.wasm`];

const UPLOAD = 'Upload one release of the engine beside doorstep.js.';
const MANIFEST = 'manifest.json';
const MANIFEST_LIMIT = 4 << 20;
const FILE_LIMIT = 16 << 20;
const RETRY_AFTER_MS = 250;
/** More would only wait inside the browser while their time runs. */
const FETCHES_AT_ONCE = 16;

/** How many modules are beyond use: they trapped, or did not arrive. */
let spoiled = 0;

const failure = (code, file, message, status) => Object.assign(new Error(`${file}: ${message}`), { code, file, status });

/** How a response's wait begins anew and ends. */
const patience = new WeakMap();

const worthRetrying = (error) => error instanceof TypeError || error.name === 'TimeoutError' || error.status >= 500 || [404, 429].includes(error.status);

async function open(url, file, timeoutMs, signal, { cache, integrity }, remedy = 'Upload the whole folder, and keep manifest.json together with the files that it names.') {
  const standstill = new AbortController();
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => standstill.abort(new DOMException('', 'TimeoutError')), timeoutMs);
  };
  wait();
  try {
    const response = await fetch(url, { cache, integrity, signal: AbortSignal.any([signal, standstill.signal]) });
    if (!response.ok) throw failure('network', file, `the server answered ${response.status} for ${url}. ${remedy}`, response.status);
    patience.set(response, { wait, end: () => clearTimeout(timer) });
    return response;
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}

/** The body's parts. What comes in slowly has all the time that it needs; what stands still has not. */
async function* chunksOf(response, { wait, end } = patience.get(response)) {
  const reader = response.body.getReader();
  try {
    for (let part; !(part = await reader.read()).done;) {
      wait();
      yield part.value;
    }
  } finally {
    end();
    reader.cancel().catch(() => {});
  }
}

/** The body, given up as soon as it is longer than `limit` bytes. */
async function read(response, file, limit, onBytes) {
  const chunks = [];
  let length = 0;
  for await (const value of chunksOf(response)) {
    length += value.length;
    if (length > limit) {
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
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return failure('network', file, `nothing came within ${timeoutMs} ms. Check the connection, or raise timeoutMs.`);
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

/** Whether a file has just come from its server, as far as the browser tells. */
const isFresh = (url) => performance.getEntriesByName(url, 'resource').at(-1)?.transferSize > 0;

const transferred = (file) => performance.getEntriesByName(addressOf(file), 'resource').at(-1)?.encodedBodySize;

/** Size of all engines fetched, as transferred, and `whole` once the browser, which tells late, has told of `own`. */
function engineSize(own) {
  const bytes = [...ENGINES, own].flatMap(filesOf).reduce((sum, file) => sum + (transferred(file) ?? 0), 0);
  return { own, bytes, whole: filesOf(own).every((file) => transferred(file) !== undefined) };
}

/** Of a manifest's default model; a bad one is reported later. */
function engineFor(manifest) {
  try {
    const { engine } = JSON.parse(new TextDecoder().decode(manifest)).models.find((model) => model.default);
    return ENGINES.includes(engine) ? engine : 'core';
  } catch {
    return 'core';
  }
}

/** Lets FETCHES_AT_ONCE callers through `enter`; each says `leave` when done. */
function turnstile() {
  let free = FETCHES_AT_ONCE;
  const waiting = [];
  return {
    async enter() {
      if (free) free -= 1;
      else await new Promise((next) => waiting.push(next));
    },
    leave() {
      if (waiting.length) waiting.shift()();
      else free += 1;
    },
  };
}

/** Answers the requests that arrive at `port`. */
export function serve(port) {
  const queue = [];
  const fetches = turnstile();
  let current;
  let name; // of the engine
  let engine;
  let manifest; // the same for every engine
  let mixed; // whether some models need another engine
  let size = {}; // of the engines
  let base;
  let integrity; // digests of engines, where the page has any
  let timeoutMs;
  let ahead; // files that were asked for before the engine asks
  let devices; // asked for and used
  let graphics; // runs networks on WebGPU
  let stopped; // why the engine is beyond use
  let disposed = false;

  async function fetchBytes(path, maxBytes) {
    const job = current;
    const arrived = await ahead?.take(job, path, maxBytes);
    if (arrived) return arrived;
    await fetches.enter();
    try {
      for (let attempt = 0, refused; ; attempt++) {
        try {
          return await fetchOnce(job, path, maxBytes, attempt, refused);
        } catch (error) {
          refused = error.status;
          if (attempt || !worthRetrying(error)) throw explain(error, path, timeoutMs);
          await new Promise((resume) => setTimeout(resume, RETRY_AFTER_MS * (1 + Math.random())));
        }
      }
    } finally {
      fetches.leave();
    }
  }

  /** Asks for what a first query for `ids` will read. What fails is asked for again when it is needed. */
  async function askEarly(signal, reading, ids) {
    const [{ Ahead }, manifest] = await Promise.all([import('./ahead.js'), reading]);
    const cost = { controller: { signal }, bytes: 0, urls: [], loaded: 0, total: 0 };
    ahead = new Ahead(cost, (path) => fetches.enter().then(() => fetchOnce(cost, path, FILE_LIMIT, 0)).finally(fetches.leave));
    await ahead.ask(JSON.parse(new TextDecoder().decode(manifest)), ids);
  }

  async function fetchOnce(job, path, maxBytes, attempt, refused) {
    const { signal } = job.controller;
    signal.throwIfAborted();
    const url = new URL(path, base).href;
    if (!url.startsWith(base)) throw failure('damaged', path, 'lies outside the bundle. Publish the bundle again.');
    // Everything but the manifest is named by its content, and the manifest is asked for again behind the
    // page's back, for the next visit. So a stale copy is taken rather than none: offline, what was cached
    // still works. A copy that turned out damaged, or a refusal that may be one, is never asked for again.
    const cache = job.afresh || refused ? 'reload' : attempt || path === MANIFEST ? 'force-cache' : 'default';
    const response = await open(url, path, timeoutMs, signal, { cache });
    const count = counter(job, path, response);
    try {
      const bytes = await read(response, path, maxBytes, count);
      job.urls.push(url);
      return bytes;
    } finally {
      job.bytes += count.end();
    }
  }

  function counter(job, file, response) {
    const declared = Number(response.headers.get('content-length')) || 0;
    let received = 0;
    const count = (bytes) => {
      received += bytes;
      job.loaded += bytes;
      if (job.method !== 'load') return;
      port.postMessage({ id: job.id, progress: { loaded: job.loaded, total: Math.max(job.total, job.loaded), file } });
    };
    job.total += declared;
    count.end = () => {
      job.total += received - declared; // a compressed answer declares less than it unpacks to
      return received;
    };
    return count;
  }

  async function startEngine(job, which, signal) {
    const [script, WASM] = filesOf(which);
    // By another address a digest would not hold.
    const loading = import(spoiled && !integrity ? `./${script}#${spoiled}` : `./${script}`).catch((error) => {
      spoiled++;
      throw failure('network', script, `could not be loaded from ${addressOf(script)} (${error.message}). ${UPLOAD}`);
    });
    loading.catch(() => {}); // awaited below, after the other file
    for (let attempt = 0; ; attempt++) {
      try {
        const wasm = await open(addressOf(WASM), WASM, timeoutMs, signal, { cache: attempt ? 'reload' : 'default', integrity: integrity?.[addressOf(WASM)] }, UPLOAD);
        const count = counter(job, WASM, wasm);
        const copy = wasm.clone(); // the browser keeps what it compiled only from the original
        const counting = (async () => {
          for await (const chunk of chunksOf(copy, patience.get(wasm))) count(chunk.length);
        })().catch(() => {}).finally(count.end); // what broke it breaks the original
        const module = await loading;
        await module.default({ module_or_path: wasm });
        await counting;
        return module;
      } catch (error) {
        signal.throwIfAborted();
        if (error.file === script) throw error;
        const broken = error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError;
        if (attempt || !(broken || worthRetrying(error))) {
          throw broken ? failure('network', WASM, `did not arrive whole (${error.message}). ${UPLOAD}`) : explain(error, WASM, timeoutMs);
        }
      }
    }
  }

  const fileBytes = async (path, maxBytes) => (path === MANIFEST ? manifest : fetchBytes(path, maxBytes));

  async function load(job, options) {
    ({ base, integrity, timeoutMs } = options);
    const { signal } = job.controller;
    const reading = fetchBytes(MANIFEST, MANIFEST_LIMIT);
    if (options.ahead) askEarly(signal, reading, options.ahead).catch(() => {});
    // Most need core: it comes beside the manifest.
    const guess = new AbortController();
    const first = options.engine ?? 'core';
    const guessed = startEngine(job, first, AbortSignal.any([signal, guess.signal]));
    guessed.catch(() => {});
    manifest = await reading;
    if (/^\s*</.test(new TextDecoder().decode(manifest.subarray(0, 64)))) {
      const page = failure('network', MANIFEST, `the server sent a web page for ${new URL(MANIFEST, base)}. Check the address of the bundle's folder.`);
      throw Object.assign(page, { perhapsStale: true });
    }
    name = options.engine ?? engineFor(manifest);
    if (name !== first) guess.abort();
    const module = await (name === first ? guessed : startEngine(job, name, signal));
    engine = await module.Engine.load(fileBytes);
    if (!job.afresh && !isFresh(new URL(MANIFEST, base).href)) newest().catch(() => {});
    const published = engine.manifest();
    mixed = !options.engine && published.models.some((model) => model.engine !== name);
    const { device } = options;
    devices = { device: 'cpu', requestedDevice: device };
    if (integrity) {
      if (device === 'webgpu') devices.deviceReason = 'the page holds scripts to digests, which browsers do not do in the worker that the graphics card needs';
    } else if (device === 'webgpu' || (device === 'auto' && (mixed || name === 'cpu'))) {
      const starting = import('./gpu.js').then(({ start }) => start(port, job, published, devices, ask))
        .then((started) => { graphics = started; }, ({ message }) => { devices.deviceReason = message; });
      if (device === 'webgpu') await starting;
    }
    return published;
  }

  /** The server's manifest, which the browser then keeps. */
  async function newest() {
    const response = await fetch(new URL(MANIFEST, base), { cache: 'no-cache', priority: 'low', signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : manifest;
  }

  /** Whether files are missing because the bundle was published again since the manifest was kept. */
  async function isOutdated() {
    const other = await newest().catch(() => manifest);
    return other.length !== manifest.length || other.some((byte, at) => byte !== manifest[at]);
  }

  async function ask(job) {
    const { method, args } = job;
    if (!engine[method] || (mixed && (args.model || method === 'similar'))) {
      ({ name, engine } = await (await import('./engines.js')).suited(job, { name, engine }, ENGINES, startEngine, fileBytes));
    }
    return engine[method](args);
  }

  async function perform(job) {
    if (job.method === 'load') return load(job, job.args);
    return (graphics?.answer ?? ask)(job);
  }

  async function attempt(job) {
    if (stopped) throw new Error(stopped);
    job.controller.signal.throwIfAborted();
    try {
      return await perform(job);
    } catch (error) {
      if (job.controller.signal.aborted) throw error;
      const { code, status, perhapsStale } = error;
      if (job.method !== 'load' && (code === 'damaged' || status === 404) && await isOutdated()) {
        throw failure('outdated', MANIFEST, 'the bundle was published again.');
      }
      // The browser's cache may hold what a bad connection brought; the engine keeps only what it verified.
      if (!perhapsStale && code !== 'damaged' && code !== 'unsupported-version') throw error;
      job.afresh = true;
      return perform(job);
    }
  }

  async function run(job) {
    const start = performance.now();
    const answer = { id: job.id };
    try {
      const trapped = new Promise((_, reject) => { job.trapped = reject; });
      answer.result = await Promise.race([attempt(job), trapped]);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError && !stopped) {
        spoiled++;
        stopped = error.message;
      }
      const { code, message, file, status } = error;
      if (job.controller.signal.aborted) answer.error = { code: 'aborted', message: 'The query was aborted.' };
      else answer.error = { code: typeof code === 'string' ? code : 'engine', message: message ?? String(error), file, status };
    }
    if (stopped) {
      port.postMessage({ stopped });
      return;
    }
    const milliseconds = performance.now() - start;
    const cached = fromCache(job.urls);
    // Asking takes as long as a query with everything at hand.
    if (job.urls.length || size.own !== name || !size.whole) size = engineSize(name);
    answer.cost = { milliseconds, bytes: Math.max(0, job.bytes - cached.bytes), files: job.urls.length, cached: cached.files, engine: name, engineBytes: size.bytes, ...devices, ...job.own };
    try {
      port.postMessage(answer);
    } catch (error) {
      port.postMessage({ ...answer, result: undefined, error: { code: 'engine', message: `The answer can't be sent to the page (${error.message}).` } });
    }
  }

  async function drain() {
    if (current) return;
    while (!disposed && (current = queue.shift())) await run(current);
    current = undefined;
    if (disposed) end();
  }

  // A trap inside a future reaches nobody who waits for it, only the global scope.
  function watch(event) {
    const error = event.error ?? event.reason;
    const ours = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    if (!ours || !/doorstep-\w+\.js|wasm:/.test(error.stack)) return;
    event.preventDefault();
    spoiled++;
    stopped = error.message;
    current?.trapped(error);
  }

  function end() {
    for (const type of ['error', 'unhandledrejection']) removeEventListener(type, watch);
    if (!stopped) engine?.free();
    graphics?.end();
    engine = undefined;
    port.close();
  }

  port.onmessage = ({ data }) => {
    if (data.dispose) {
      disposed = true;
      queue.length = 0;
      // A query under way borrows the engine: it is freed when that has ended.
      if (current) current.controller.abort();
      else end();
    } else if (data.abort) {
      [current, ...queue].find((job) => job?.id === data.abort)?.controller.abort();
    } else {
      queue.push({ ...data, controller: new AbortController(), bytes: 0, urls: [], loaded: 0, total: 0 });
      drain();
    }
  };
  for (const type of ['error', 'unhandledrejection']) addEventListener(type, watch);
}

if (typeof DedicatedWorkerGlobalScope === 'function' && self instanceof DedicatedWorkerGlobalScope) {
  performance.setResourceTimingBufferSize(10_000); // shards are many and small
  serve(self);
  self.postMessage({ ready: true });
}
