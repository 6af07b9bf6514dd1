// Doorstep's public JavaScript API. The types of history.js and widgets.js stand beside them.
//
//   import { Doorstep } from './doorstep.js';
//   const ds = await Doorstep.load('/bundle/');
//   const hits = await ds.recommend({ history: ['B01', 'B02'], k: 10 });

export type Device = 'auto' | 'cpu' | 'webgpu';

export type ErrorCode =
  | 'network' // a file could not be fetched
  | 'damaged' // a file is not what the manifest says
  | 'unsupported-version' // the bundle is newer than this engine
  | 'unknown-item' // similar() of an item that the catalogue lacks
  | 'invalid-query'
  | 'aborted' // only in `query` events; the promise rejects with the signal's reason
  | 'disposed'
  | 'device' // what runs networks failed
  | 'engine'; // the engine stopped or failed in a way of its own

export interface Progress {
  /** Bytes so far, unpacked. */
  loaded: number;
  /** Bytes of the files met so far; it grows while they are discovered. */
  total: number;
  /** The file that is arriving; `WebGPU kernels` while the graphics card's programs are compiled. */
  file: string;
}

export interface LoadOptions {
  /**
   * What runs networks. `cpu`: the processor. `webgpu`: the graphics card, whose engine (1.5 MB) comes with the
   * bundle; kernels of the default network, or the first, are compiled then, others' with the first query that
   * names them. It is a wish: where the processor answers instead, `loadCost` and `query` events say why.
   * `auto`, the default: the processor; where a query takes it 8 ms or more and there is a graphics card,
   * both are timed behind the page's back and the faster answers from then on.
   */
  device?: Device;
  /**
   * What the first query will be about, if that is known: a history, or the item of `similar`. Its files are asked
   * for beside the engine, as far as the default model's can be told; an empty list stands for a visitor without a history.
   */
  history?: (string | HistoryEvent)[];
  onProgress?: (progress: Progress) => void;
  /** Aborting ends the worker. */
  signal?: AbortSignal;
  /** Where worker.js is, if not beside doorstep.js. */
  workerUrl?: string | URL;
  /** Runs the engine in the page instead of a worker: queries then take turns with what the page does. */
  inPage?: boolean;
  /** Longest wait for a file, or for more of one that comes in; 15,000 by default. */
  timeoutMs?: number;
}

export interface HistoryEvent {
  item: string;
  /** On the data's own scale. Without it 1, or to a model of ratings its highest. */
  rating?: number;
  /** Seconds since 1970. Where every entry has one, the history is put in order of time. */
  time?: number;
}

/** Attribute name to the value or values that are wanted. */
export type Filter = Record<string, string | string[]>;

export interface RecommendQuery {
  /** Oldest first, unless every entry has a time. Empty: popular items. */
  history?: Array<string | HistoryEvent>;
  /** 10 by default. */
  k?: number;
  model?: string;
  /** True by default. */
  excludeSeen?: boolean;
  /** Only these items. */
  allow?: string[];
  /** None of these items. */
  deny?: string[];
  filter?: Filter;
  /** Attribute name to value to the factor that its items' scores are multiplied by. */
  boost?: Record<string, Record<string, number>>;
  /** Says in `because` which items of the history led to a hit. */
  explain?: boolean;
}

export interface CallOptions {
  /** Aborting rejects the call at once and cancels its fetches. */
  signal?: AbortSignal;
}

export interface SimilarOptions extends CallOptions {
  /** 8 by default. */
  k?: number;
  model?: string;
  filter?: Filter;
}

export interface SearchOptions extends CallOptions {
  /** 24 by default. */
  k?: number;
  filter?: Filter;
}

export interface ItemRecord {
  id: string;
  title?: string;
  price?: number;
  rating?: number;
  /** Address of a picture, absolute or relative to the page. */
  image?: string;
  url?: string;
  description?: string;
  attributes?: Record<string, string[]>;
}

export interface Hit {
  id: string;
  score: number;
  item: ItemRecord;
  /** The items of the history that led here, and the share of the score that each has. Empty where a network led here: it has none. */
  because?: Array<{ id: string; title?: string; share: number }>;
  /** Not from the model, but because it is popular. A bundle without interactions, such as an imported one, gives none of these. */
  fallback?: boolean;
}

export interface ManifestModel {
  name: string;
  engine: string;
  default: boolean;
  bytes: number;
  config: Record<string, unknown>;
  /** Its files, under the one key that says its kind: `counts`, `ranking`, `item-item`, `factors`, `neural`, `ensemble`, `knn` or `pictures`. */
  content: Record<string, unknown>;
  evaluation?: { split: string; metrics: Record<string, number>; cases: number };
}

export interface Manifest {
  format: string;
  version: { major: number; minor: number };
  generator: string;
  /** What the models were fitted on; 0 interactions where nothing is known of that, so that nothing counts as popular. */
  data: { fingerprint: string; interactions: number; fitted_on: string };
  catalogue: {
    items: number;
    searchable: boolean;
    attributes: Array<{
      name: string;
      distinct: number;
      /** Only where there are at most 100. */
      values?: Array<{ value: string; count: number }>;
    }>;
  };
  models: ManifestModel[];
}

export interface PredictOptions extends CallOptions {
  model?: string;
  /** How many training rows to list; 10 by default, never more than took part. */
  neighbours?: number;
  /** False fetches no names: ids and names that are not at hand are empty. */
  names?: boolean;
}

export interface RowOptions extends CallOptions {
  /** As for a prediction. */
  names?: boolean;
}

export interface FindRowsOptions extends CallOptions {
  /** 10 by default, at most 1,000. */
  k?: number;
  model?: string;
}

/** A number, or the text of a category. */
export type Feature = number | string;

export interface TrainingRow {
  /** Its number, from 0. */
  row: number;
  /** Empty only where names were not to be fetched. */
  id: string;
  /** May be empty. */
  name: string;
  /** The value, or the number of the class. */
  target: number;
  features: Record<string, Feature>;
  /** To the point asked about; 0 from `rows()`. */
  distance: number;
  /** Share in the prediction; those of all rows that took part, listed or not, add up to 1. */
  weight: number;
  /** What the share is of: the target, moved by a local model to where the point lies. */
  adjusted: number;
}

export interface Prediction {
  /** The value, or the number of the class. */
  value: number;
  /** Empty where a number is predicted. */
  class: string;
  /** Each class's share of the votes, in the order of `features()`; empty where a number is predicted. */
  shares: number[];
  /** Percentage of training rows that lie closer to their neighbours than this point. */
  novelty: number | null;
  /** How many training rows took part. */
  used: number;
  /** The nearest of them, nearest first. */
  neighbours: TrainingRow[];
  /** Categorical features whose value no training row has. */
  unseen: string[];
}

export interface FeatureInfo {
  name: string;
  /** Whether a prediction may leave it out. */
  optional: boolean;
  /** Evenly spaced quantiles of the training rows, from least to largest; empty for categories. */
  quantiles: number[];
  /** Empty for numbers. */
  categories: string[];
}

export interface TableInfo {
  /** Name of the predicted column. */
  target: string;
  /** Least and largest training target; empty for classes. */
  range: number[];
  /** Empty for numbers. */
  classes: string[];
  /** Number of training rows. */
  rows: number;
  /** Numeric ones, then categorical ones. */
  features: FeatureInfo[];
}

export interface Cost {
  /** In the worker, waiting for other queries excluded. */
  milliseconds: number;
  /** Fetched over the network. */
  bytes: number;
  /** Files asked for, from wherever they came. */
  files: number;
  /** How many of them the browser's cache answered. */
  cached: number;
  /** What answered: the engine of the bundle's default model until a query names a model of a larger one, which then stays. */
  engine: 'core' | 'tables' | 'cpu' | 'gpu';
  /** All engines fetched so far, as transferred: complete with the query after, 0 where the browser does not tell. */
  engineBytes: number;
  /** What ran the query; in `loadCost`, what networks of the default model run on. */
  device: 'cpu' | 'webgpu';
  requestedDevice: Device;
  /** Why `webgpu` was not followed, or why `auto` gave it up, in a sentence with the remedy. */
  deviceReason?: string;
  /** Milliseconds of one network's query on each engine, once timed: the quickest of three. `loadCost` gets them too. */
  timings?: { cpu: number; webgpu?: number };
}


export interface InspectOptions extends CallOptions {
  model?: string;
  /**
   * Where the picture is unusual: by what the network can't make of it, or by how far the score falls without each
   * part of it, which takes as long as some 200 pictures. No map without it.
   */
  map?: 'reconstruction' | 'occlusion';
  /** How many of the normal pictures that it is nearest to are fetched, up to 64; 0 without it. */
  prototypes?: number;
}

export interface Inspection {
  model: string;
  /** How unusual the picture is: the higher, the more. Scores of one model can be compared. */
  score: number;
  /** Percentage of the normal pictures the model is measured by that score lower. */
  percentile: number;
  /** Above this score a picture is called unusual, … */
  threshold: number;
  /** … which happens to this share of normal pictures too. */
  falsePositiveRate: number;
  unusual: boolean;
  /** Pixels of a side of `prepared`, `map` and prototypes. */
  size: number;
  /** Where the prepared picture lies on the one given, in its pixels; may reach beyond it. */
  frame: { x: number; y: number; width: number; height: number };
  /** The picture as the model sees it: black 0 to white 1, row after row. */
  prepared: Float32Array;
  /** How much of what is unusual lies at each pixel: 0 nothing, 1 and above much. `null` where it wasn't asked for. */
  map: Float32Array | null;
  /** Nearest first; `pixels` as `prepared`, from 0 to 255. Empty where the bundle was published without them. */
  prototypes: Array<{ row: number; angle: number; pixels: Uint8Array }>;
}

export interface QueryDetail extends Cost {
  method: 'recommend' | 'similar' | 'search' | 'items' | 'predict' | 'features' | 'rows' | 'findRows' | 'inspect';
  /** What was asked, as the engine takes it: for `items` the ids, else the query with its options. */
  query: Record<string, unknown> | string[];
  model?: string;
  /** Ids of the query that the catalogue lacks. */
  unknown: string[];
  error?: DoorstepError;
}

export class DoorstepError extends Error {
  constructor(code: ErrorCode, message: string, details?: { file?: string; status?: number });
  readonly code: ErrorCode;
  readonly file?: string;
  /** The HTTP status, where a server answered with one. */
  readonly status?: number;
}

/** A loaded bundle. Emits a `query` event, with what it cost, after every query. */
export class Doorstep extends EventTarget {
  /** Loads the bundle in the folder `url` (relative to the page). */
  static load(url: string | URL, options?: LoadOptions): Promise<Doorstep>;
  /** Address of the bundle. */
  readonly url: string;
  readonly manifest: Manifest;
  /** What loading cost. */
  readonly loadCost: Cost;
  /** The `k` items to show someone with this history, best first. */
  recommend(query?: RecommendQuery, options?: CallOptions): Promise<Hit[]>;
  /** The `k` items most like `item`. */
  similar(item: string, options?: SimilarOptions): Promise<Hit[]>;
  /** Items whose title has all words of `text`, of which the last may be unfinished; most popular first. */
  search(text: string, options?: SearchOptions): Promise<ItemRecord[]>;
  /** The records of these ids, null where the catalogue has none. */
  items(ids: string[], options?: CallOptions): Promise<Array<ItemRecord | null>>;
  /** Predicts from a value for every feature that is not optional. */
  predict(features: Record<string, Feature>, options?: PredictOptions): Promise<Prediction>;
  /** What the model of a table takes and predicts. */
  features(model?: string, options?: CallOptions): Promise<TableInfo>;
  /** Training rows by number: examples to start from, points of a scatter plot. */
  rows(rows: number[], model?: string, options?: RowOptions): Promise<TrainingRow[]>;
  /** Training rows whose names (or ids, where they have none) have all words of `text`, of which the last may be unfinished. Fetches all names. */
  findRows(text: string, options?: FindRowsOptions): Promise<TrainingRow[]>;
  /**
   * How unusual a picture is, by a model of pictures. Nothing of it leaves the page. Files are PNG, JPEG or WebP, of
   * 40 million pixels at most; above 16 million they are made smaller first. Transparent pixels lie on black.
   */
  inspect(picture: Blob | CanvasImageSource | ImageData, options?: InspectOptions): Promise<Inspection>;
  /** Ends the worker. Queries under way are rejected, later ones too. */
  dispose(): void;
  addEventListener(type: 'query', listener: (event: CustomEvent<QueryDetail>) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}

/** Absolute address of a bundle's folder, as the page sees `url`. */
export function bundleAddress(url: string | URL): string;

/** The page's one Doorstep for a bundle; disposed when every user has released it. */
export function shareBundle(url: string | URL, options?: LoadOptions): { ready: Promise<Doorstep>; release(): void };
