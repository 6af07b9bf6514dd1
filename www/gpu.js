// Networks on WebGPU: when engine *gpu* is fetched, whether it is trusted, and what
// answers where it can't. worker.js imports this only for a bundle with a network on a
// page that doesn't want the processor.

import { Ended, EngineWorker } from './engine-worker.js';

/** Whether engine *gpu* lies beside this file; `cargo xtask demo` without `--webgpu` says no. */
const BUILT = true;
/** Below this a query on the processor is as quick as a card's answer can be read: nothing to win. */
const WORTH_MS = 8;
/** Longest wait for a query. */
const QUERY_MS = 5_000;
/** Longest wait for the next sign of life while kernels are compiled. */
const COMPILE_MS = 60_000;
/** Scores may differ by this, relatively. */
const TOLERANCE = 1e-3;
/** Queries of which the quickest counts. */
const TIMED = 3;

/** The card that the page may use, or why there is none. */
async function adapter() {
  if (!BUILT) throw new Error('this site was put together without it: build it with --webgpu');
  if (!self.isSecureContext) throw new Error('browsers offer it to secure pages only: serve this one over HTTPS');
  if (!navigator.gpu) throw new Error('this browser has none: update it, or turn it on in its settings');
  const found = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!found) throw new Error('the browser offers no graphics card: turn on hardware acceleration in its settings, or update the driver');
  return found;
}

/** Whether there is a card, and not the processor in its place. */
async function isCard() {
  const found = await adapter().catch(() => {});
  return !!found && !(found.info?.isFallbackAdapter ?? found.isFallbackAdapter);
}

/** How far two lists of scores are apart, relatively; not a number where one isn't. */
function distance(a, b) {
  if (a.length !== b.length) return NaN;
  let most = 0;
  for (let item = 0; item < a.length; item++) {
    const size = Math.max(Math.abs(a[item]), Math.abs(b[item]));
    const apart = Math.abs(a[item] - b[item]) / (size || 1);
    if (!(apart <= most)) most = apart; // keeps what is no number
    if (Number.isNaN(most)) break;
  }
  return most;
}

/** What a model's network is asked, if it may gain by a card: pictures, or sequences. */
function methodOf(model) {
  if (model?.content.pictures) return 'inspect';
  return readsSequences(model) ? 'recommend' : undefined;
}

/** Whether all networks of a model do: others work out a visitor's vector first, in steps too small for a card. */
function readsSequences({ content: { ensemble, neural } }) {
  if (ensemble) return ensemble.every(readsSequences);
  return !neural || 'sas-rec' in neural.architecture || 'bsa-rec' in neural.architecture;
}

/** Milliseconds of the quickest of some tries of `ask`. */
async function quickest(ask) {
  let least = Infinity;
  for (let n = 0; n < TIMED; n++) {
    const start = performance.now();
    const own = (await ask()).milliseconds; // without the wait for others
    least = Math.min(least, own ?? performance.now() - start);
  }
  return least;
}

/** Size of the engines that were fetched here, as transferred. */
function enginesHere() {
  const engines = performance.getEntriesByType('resource').filter(({ name }) => /\/doorstep-\w+(\.js|_bg\.wasm)/.test(name));
  return [...new Map(engines.map(({ name, encodedBodySize }) => [name, encodedBodySize])).values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Engine *gpu* beside engine *cpu*, which answers whatever this one doesn't. */
class Graphics {
  #port;
  #options;
  #networks; // name → the method that it answers
  #usual;
  #about; // what every answer says of devices
  #ask; // asks engine *cpu*
  #engine; // an EngineWorker
  #compared = new Set(); // models whose scores agree
  #forced; // whether the page insists on the card
  #chosen; // whether the card answers
  #compiling = false; // a query would wait too long
  #busy = false; // behind the page's back
  #done = false; // nothing is left to find out

  constructor(port, options, { models }, about, ask) {
    this.#port = port;
    this.#options = options;
    this.#networks = new Map(models.filter(({ engine }) => engine === 'cpu').map((model) => [model.name, methodOf(model)]).filter(([, method]) => method));
    this.#usual = models.find((model) => model.default)?.name;
    this.#about = about;
    this.#ask = ask;
    this.#forced = this.#chosen = options.device === 'webgpu';
  }

  /** Fetches the engine, has kernels compiled, and compares scores, as part of `job`, which loads the bundle. */
  async load(job) {
    let last = { loaded: 0, total: 0 };
    const onProgress = ({ loaded, total, file } = { ...last, file: 'WebGPU kernels' }) => {
      job.loaded += loaded - last.loaded;
      job.total += total - last.total;
      last = { loaded, total };
      this.#port.postMessage({ id: job.id, progress: { loaded: job.loaded, total: Math.max(job.total, job.loaded), file } });
    };
    if (!this.#networks.size) {
      this.#about.deviceReason = 'No model of this bundle is a network of sequences or pictures: no other gains by WebGPU.';
      return;
    }
    try {
      await adapter();
      const { bytes } = await this.#start(onProgress);
      job.bytes += bytes;
      const first = this.#networks.has(this.#usual) ? this.#usual : this.#networks.keys().next().value;
      await this.#compare(first, this.#within(job), onProgress);
      job.own = { device: 'webgpu' };
    } catch (error) {
      this.#drop(error);
    }
  }

  /** Answers a job of worker.js, which calls it as a function of its own. */
  answer = async (job) => {
    const { method, args, told } = job;
    if (told) {
      const start = performance.now();
      return this.#ask(job).then((result) => told.resolve({ result, milliseconds: performance.now() - start }), told.reject);
    }
    const model = args?.model ?? this.#usual;
    if (this.#networks.get(model) !== method) {
      if (this.#forced) job.own = { deviceReason: this.#about.deviceReason ?? 'No network of sequences or pictures was asked: no other model gains by WebGPU.' };
      return this.#ask(job);
    }
    const answer = await this.#onCard(job, model) ?? await this.#ask(job);
    // A network that had nothing to read wasn't even fetched.
    const { map, ...query } = args; // an occlusion map takes hundreds of times as long
    if (method === 'inspect' || args.history?.length > answer.unknown.length) this.#weigh(model, method, query);
    return answer;
  };

  end() {
    this.#engine?.end('this bundle was disposed');
  }

  /** The card's answer; undefined where the processor is to answer. */
  async #onCard(job, model) {
    const known = this.#compared.has(model);
    if (!this.#chosen || this.#compiling || !(known || this.#forced)) return undefined;
    const { signal } = job.controller;
    try {
      if (!known) await this.#compare(model, this.#within(job));
      const { result, cost } = await this.#onEngine(job.method, job.args, { signal });
      const { bytes, files, cached } = cost;
      job.own = { bytes, files, cached, engine: 'gpu', device: 'webgpu' };
      return result;
    } catch (error) {
      signal.throwIfAborted();
      // What is wrong with a query or a file is better said by the engine that stays.
      if (!['invalid-query', 'damaged', 'network'].includes(error.code)) this.#drop(error);
      return undefined;
    }
  }

  async #onEngine(method, args, rest) {
    const answer = await this.#engine.ask(method, args, { patienceMs: QUERY_MS, ...rest });
    this.#about.engineBytes = enginesHere() + answer.cost.engineBytes;
    return answer;
  }

  async #start(onProgress) {
    const { base, timeoutMs } = this.#options;
    this.#engine = new EngineWorker(new URL('worker.js', import.meta.url).href);
    const options = { base, timeoutMs, device: 'cpu', engine: 'gpu' };
    return (await this.#onEngine('load', options, { patienceMs: 2 * timeoutMs, onProgress })).cost;
  }

  /** Has the kernels of a model compiled, and its scores compared with the processor's. */
  async #compare(model, cpu, onProgress) {
    this.#compiling = true;
    try {
      await this.#probe(model, cpu, onProgress);
    } finally {
      this.#compiling = false;
    }
    this.#compared.add(model);
  }

  async #probe(model, cpu, onProgress) {
    for (let number = 0; ; number++) {
      onProgress?.();
      const args = { model, number };
      const expected = await cpu('probe', args);
      if (!expected) break;
      const { result } = await this.#onEngine('probe', args, { patienceMs: COMPILE_MS });
      const apart = distance(result, expected);
      if (!(apart <= TOLERANCE)) throw new Error(`its scores are ${apart.toPrecision(2)} off the processor's, relatively: update the driver of the graphics card`);
    }
  }

  /**
   * Behind the page's back, after a network's answer: times its query on the processor and,
   * where that is slow, on the card; the faster answers from then on (with `webgpu` the card).
   */
  async #weigh(model, method, query) {
    const { timings } = this.#about;
    if (this.#busy || this.#done || (timings?.webgpu && this.#compared.has(model))) return;
    this.#busy = true;
    try {
      const cpu = timings?.cpu ?? await quickest(() => this.#queue(method, query));
      this.#about.timings ??= { cpu };
      if (!this.#engine) {
        this.#done = !this.#forced && !(cpu >= WORTH_MS && await isCard());
        if (this.#done) return;
        await this.#start();
      }
      if (!this.#compared.has(model)) await this.#compare(model, async (method, args) => (await this.#queue(method, args)).result);
      const webgpu = timings?.webgpu ?? await quickest(() => this.#onEngine(method, query));
      this.#about.timings = { cpu, webgpu };
      this.#chosen = this.#forced || webgpu < cpu;
      this.#done = !this.#chosen;
      if (this.#done) this.end();
    } catch (error) {
      this.#drop(error);
    } finally {
      this.#busy = false;
    }
  }

  /** Asks engine *cpu* as a part of `job`. */
  #within(job) {
    return (method, args) => this.#ask({ ...job, method, args });
  }

  /** Asks engine *cpu* when the page's queries are answered. */
  #queue(method, args) {
    return new Promise((resolve, reject) => this.#port.onmessage({ data: { id: 0, method, args, told: { resolve, reject } } }));
  }

  #drop(error) {
    const [why] = error.message.split('\n');
    // Others name their remedy.
    const failed = error instanceof Ended || error.code === 'device' || error.code === 'engine';
    this.#chosen = false;
    this.#done = true;
    this.#engine?.end(why);
    this.#about.deviceReason ??= `The processor answers instead of WebGPU: ${why.replace(/\.$/, '')}${failed ? '; reload the page to try it again' : ''}.`;
  }
}

/** For worker.js, whose `job` loads the bundle: what answers its jobs from then on, if anything of WebGPU may. */
export async function start(port, job, manifest, about, ask) {
  const graphics = new Graphics(port, job.args, manifest, about, ask);
  if (job.args.device === 'webgpu') await graphics.load(job);
  return graphics;
}
