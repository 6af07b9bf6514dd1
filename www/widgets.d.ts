// Types of widgets.js, and what a page's author may set.
//
//   <doorstep-recommend bundle="/bundle/" limit="8" history="local|none|ID ID…" model="…">
//   <doorstep-similar   bundle="/bundle/" limit="8" item="ID" model="…">
//   <doorstep-predict   bundle="/table/"  limit="8" noun="songs" model="…">
//   <doorstep-anomaly   bundle="/xray/"   prototypes="3" model="…">
//
// What stands between the tags is shown until there are results, and again when
// there can be none.
//
// All elements
// Attributes: worker-url (property workerUrl), where worker.js is if a page may start workers of
//   its own origin only: put all scripts and engines there; in-page (property inPage), to have no worker
//   at all. Elements of the same bundle share one engine: give them the same.
// Elements may be moved and removed: one that is back within a second finds its bundle still loaded.
//
// Shelves
// Attributes (each also a property): bundle, limit, model, history or item;
//   label     name of the list for screen readers
//   because   the reason's wording, "Because you viewed {title}" if absent
//   popular   the wording for items that are only popular, "Popular" if absent
//   currency  ISO code that prices are shown in; plain numbers if absent
// Events, all bubbling and composed: doorstep:results { hits }, doorstep:error
//   { error }, whose cancellation keeps it from the console, doorstep:select { id, item, hit }: cancel it to keep the browser
//   from following the link and the widget from adding the item to the history.
//   It can't be cancelled when the visitor opens the link in another tab.
// Slots: header, above the list; empty, shown in place of an empty list.
// Template: a child <template> is what each card holds. In it an element with
//   data-text="title" (or price, reason, id, or a record's attribute) gets that as
//   text, and one with data-image is replaced by the picture. A card is a link or a
//   button already, so it may hold neither. ::part() reaches its parts.
// Parts: list, item, card, image, placeholder, title, price, reason, status.
// Custom properties: --doorstep-card-width, -gap, -radius, -accent, -muted,
//   -surface, -border, -font, and -height, which is reserved from the start.
//
// Prediction
// Attributes (each also a property): bundle, model; limit, how many of the nearest
//   rows are listed, 8 if absent; label, the panel's name for screen readers; noun,
//   what the rows are called, "training rows" if absent.
// Slots: start, above the inputs; figure, between prediction and rows. They are
//   shown with the prediction.
// Events, all bubbling and composed: doorstep:prediction { prediction, values,
//   settled }, of which `settled` says that the visitor's hand rests and all rows
//   are named; doorstep:error { error }; doorstep:select { id, row } when a row is
//   chosen: cancel it to keep the inputs as they are.
// Parts: panel; head: target, value, scale (track, mark, least, most) or classes
//   (class), novelty (word); side: inputs (input, name, number, slider, choice, least,
//   most); reasons: heading, columns (column), neighbours (neighbour, row, title,
//   number, adjusted, distance, share, bar), unseen, explanation; status.
// Custom properties: --doorstep-accent, -muted, -surface, -border, -font, -height,
//   which is reserved from the start, and -top, below which the prediction stays in
//   sight where inputs and prediction don't fit side by side.
//
// Pictures
// Attributes (each also a property): bundle, model; label, the panel's name for screen
//   readers. prototypes: how many normal pictures are shown beside, 3 if absent, 0 for none.
//   camera: with it phones open their camera; its value is `environment`, or `user`.
// Slots: samples, under the button that chooses a file; note, at the end.
// A picture is chosen, dropped on the element, pasted, or given to inspect().
// Events, all bubbling and composed: doorstep:inspection { inspection, picture }, of which
//   `picture` is ImageData; doorstep:error { error }, also of a file that is no picture, when
//   what was shown stays.
// Parts: panel; bring: choose, file, hint; message; stage: picture, controls (control, map,
//   opacity); head: verdict, place; finding: scale (histogram, bar, limit, mark), rate,
//   heading, prototypes (prototype, caption); status.
// Custom properties: --doorstep-accent, -on-accent, -muted, -surface, -border, -warn, -radius,
//   -font, and -height, which is reserved from the start.

import type { Doorstep, Feature, HistoryEvent, Hit, Inspection, ItemRecord, LoadOptions, Prediction, TableInfo, TrainingRow } from './doorstep.js';

interface ItemShelf extends HTMLElement {
  bundle: string;
  limit: number;
  model: string;
  /** `local`, `none`, ids parted by spaces, or a JSON array of ids. */
  get history(): string;
  /** A list becomes the attribute as JSON. */
  set history(value: string | (string | HistoryEvent)[]);
  label: string;
  because: string;
  popular: string;
  currency: string;
  workerUrl: string;
  inPage: boolean;
  readonly hits: Hit[];
  refresh(): Promise<void>;
  /** Forgets what the visitor looked at: the key of localStorage that history.d.ts names. */
  clearHistory(): void;
}

export interface DoorstepRecommend extends ItemShelf {}
export interface DoorstepSimilar extends ItemShelf {
  item: string;
}

export interface DoorstepPredict extends HTMLElement {
  bundle: string;
  model: string;
  limit: number;
  label: string;
  workerUrl: string;
  inPage: boolean;
  noun: string;
  /** The inputs' values. Setting some of them moves these inputs; a value need not be one that a slider can reach. */
  get values(): Record<string, Feature>;
  set values(some: Record<string, Feature>);
  /** What is shown now. */
  readonly prediction?: Prediction;
  readonly info?: TableInfo;
  /** Opens the model again, for example after an error. */
  refresh(): Promise<void>;
}

export interface DoorstepAnomaly extends HTMLElement {
  bundle: string;
  model: string;
  label: string;
  workerUrl: string;
  inPage: boolean;
  prototypes: number;
  /** `environment` or `user`; null takes the attribute away. */
  get camera(): string;
  set camera(value: string | null);
  /** What is shown now. */
  readonly inspection?: Inspection;
  /** Inspects a picture once the bundle is there; resolves when it is shown or refused. Once anomaly/panel.js is loaded. */
  inspect(picture: Blob | CanvasImageSource | ImageData): Promise<void> | undefined;
  /** Opens the model again, for example after an error. */
  refresh(): Promise<void>;
}

export const DoorstepAnomaly: { new (): DoorstepAnomaly };
export const DoorstepPredict: { new (): DoorstepPredict };
export const DoorstepRecommend: { new (): DoorstepRecommend };
export const DoorstepSimilar: { new (): DoorstepSimilar };

export { shareBundle } from './doorstep.js';

/** The page's one Doorstep by the bundle, worker-url and in-page of an element. */
export function shareFor(host: HTMLElement & { bundle: string; workerUrl: string }, history?: LoadOptions['history']): { ready: Promise<Doorstep>; release(): void };

/** What an item is called on the page: its title, else its id. */
export function title(item: { id: string; title?: string }): string;

/** An item's picture, or the first letter of its name. */
export function picture(item: ItemRecord, size?: number): HTMLElement;

/** The absolute address, if a page may safely link to it or show it. */
export function safeAddress(text: string | undefined, isImage?: boolean): string | undefined;

/** Tells the page of `doorstep:NAME`; false where it was cancelled. */
export function emit(target: HTMLElement, name: string, detail: unknown, cancelable?: boolean): boolean;

/** Emits `doorstep:error`, and tells the console unless that was cancelled. */
export function failed(host: HTMLElement, error: Error): void;

/** An element with a part's name, properties and children; text goes in as text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, part?: string, properties?: Partial<HTMLElementTagNameMap[Tag]>, ...children: Array<Node | string>): HTMLElementTagNameMap[Tag];

declare global {
  interface HTMLElementTagNameMap {
    'doorstep-recommend': DoorstepRecommend;
    'doorstep-similar': DoorstepSimilar;
    'doorstep-predict': DoorstepPredict;
    'doorstep-anomaly': DoorstepAnomaly;
  }
  interface GlobalEventHandlersEventMap {
    'doorstep:results': CustomEvent<{ hits: Hit[] }>;
    'doorstep:prediction': CustomEvent<{ prediction: Prediction; values: Record<string, Feature>; settled: boolean }>;
    'doorstep:inspection': CustomEvent<{ inspection: Inspection; picture: ImageData }>;
    'doorstep:select': CustomEvent<{ id: string; item: ItemRecord; hit: Hit } | { id: string; row: TrainingRow }>;
    'doorstep:error': CustomEvent<{ error: Error }>;
  }
}
