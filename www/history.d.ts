// One key of localStorage per bundle: `doorstep:history:` and the bundle's path
// (`doorstep:history:/bundle/`; for a bundle of another origin, its whole
// address). Its value is a JSON array of { item, time }, newest last, an item
// once, 50 at most; time, if known, is in seconds since 1970.

import type { HistoryEvent } from './doorstep.js';

/** What a visitor looked at, kept in their own browser. Emits `change`. */
export class VisitorHistory extends EventTarget {
  /** The page's one history of the bundle at this address. */
  static of(bundle: string | URL): VisitorHistory;
  /** Its key in localStorage. */
  readonly key: string;
  /** False where the browser keeps nothing. */
  readonly persistent: boolean;
  /** Oldest first, 50 at most. */
  list(): Array<Pick<HistoryEvent, 'item' | 'time'>>;
  /** Makes the item the newest. A number is kept as text; anything else throws a TypeError. */
  add(item: string | number): void;
  remove(item: string): void;
  clear(): void;
}
