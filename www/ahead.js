// Asks for what a first list will read while the engine is still on its way: what a history's ids lead to, and
// what is known of items. It follows manifest and shards unverified, since it only guesses which files are
// wanted; the engine verifies all that it takes. worker.js fetches this beside the manifest.

/** Most ids of a history that are followed. */
const MOST = 50;
/** An index of so few pages is fetched whole, since the best items may be anywhere. */
const FEW_PAGES = 4;
/** Items whose records are wanted early: of the newest of a history for the reasons, or the first ones where there is none. */
const SHOWN = 5;

/** The shard that a key is in: FNV-1a, 64 bits. */
function shardOf(key, shards) {
  const hash = key.reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n);
  return Number(hash % BigInt(shards));
}

/** An item's index by its shard of ids, which holds length and id, length and index in turn. */
function indexIn(shard, key) {
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = shard[at++];
      value += (byte % 128) * scale;
      if (!(byte >= 128)) return value;
    }
  };
  while (at < shard.length) {
    const end = varint() + at;
    const found = end - at === key.length && key.every((byte, i) => byte === shard[at + i]);
    at = end;
    const next = varint() + at;
    if (found) return varint();
    at = next;
  }
  return undefined;
}

/** What a model reads row by row. */
const rowsOf = ({ 'item-item': own, ensemble }) => [own?.rows, ...(ensemble ?? []).flatMap(({ content }) => rowsOf(content))].filter(Boolean);

/** Files that were asked for before the engine asks. */
export class Ahead {
  #cost;
  #fetch;
  #files = new Map(); // path → promise of bytes

  /** `fetch(path)` promises bytes, and adds what they cost to `cost`. */
  constructor(cost, fetch) {
    this.#cost = cost;
    this.#fetch = fetch;
  }

  #get(path) {
    if (!this.#files.has(path)) {
      const bytes = this.#fetch(path);
      bytes.catch(() => {}); // it is asked for again when it is needed
      this.#files.set(path, bytes);
    }
    return this.#files.get(path);
  }

  /** A file, or undefined where it is not here. Who takes one pays for all that have arrived. */
  async take(job, path, maxBytes) {
    const bytes = job.afresh ? undefined : await this.#files.get(path)?.catch(() => undefined);
    this.#files.delete(path);
    job.bytes += this.#cost.bytes;
    job.urls.push(...this.#cost.urls.splice(0));
    this.#cost.bytes = 0;
    return bytes?.length <= maxBytes ? bytes : undefined;
  }

  /**
   * Asks for what the default model needs for a list after `ids`. Rejects where a file of ids
   * is missing or the manifest is none.
   */
  async ask({ catalogue, models }, ids) {
    const page = (table, number) => this.#get(`${table.path}/index-${String(number).padStart(4, '0')}.bin`);
    const shard = (table, number) => {
      page(table, Math.floor(number / table.shards_per_page));
      return this.#get(`${table.path}/${String(number).padStart(5, '0')}.${table.extension}`);
    };
    const entry = ({ table, per_shard: size }, index) => {
      const number = Math.floor(index / size);
      if (number < table.shards) shard(table, number);
    };
    const { ids: keys, records } = catalogue;
    const rows = rowsOf(models.find((model) => model.default).content);
    const indices = ids.slice(-MOST).map(async (id) => {
      const key = new TextEncoder().encode(id);
      const index = indexIn(await shard(keys, shardOf(key, keys.shards)), key);
      for (const table of rows) entry(table, index);
      return index;
    });
    const shown = ids.length ? await Promise.all(indices) : Array.from({ length: SHOWN }, (_, index) => index);
    if (records.table.pages.length <= FEW_PAGES) records.table.pages.forEach((_, number) => page(records.table, number));
    for (const index of shown.slice(-SHOWN)) entry(records, index);
  }
}
