// Types of widgets.js, and what a page's author may set.
//
// Attributes (each also a property): bundle, limit, model, history or item;
//   label     name of the list for screen readers
//   because   the reason's wording, "Because you viewed {title}" if absent
//   popular   the wording for items that are only popular, "Popular" if absent
//   currency  ISO code that prices are shown in; plain numbers if absent
// Events, all bubbling and composed: doorstep:results { hits }, doorstep:error
//   { error }, doorstep:select { id, item, hit }: cancel it to keep the browser
//   from following the link and the widget from adding the item to the history.
//   It can't be cancelled when the visitor opens the link in another tab.
// Parts: list, item, card, image, placeholder, title, price, reason, status.
// Custom properties: --doorstep-card-width, -gap, -radius, -accent, -muted,
//   -surface, -border, -font, and -height, which is reserved from the start.

import type { Doorstep, Hit, ItemRecord, LoadOptions } from './doorstep.js';

interface ItemShelf extends HTMLElement {
  bundle: string;
  limit: number;
  model: string;
  /** `local`, `none`, ids parted by spaces, or a JSON array of ids. */
  history: string;
  label: string;
  because: string;
  popular: string;
  currency: string;
  readonly hits: Hit[];
  refresh(): Promise<void>;
}

export interface DoorstepRecommend extends ItemShelf {}
export interface DoorstepSimilar extends ItemShelf {
  item: string;
}

export const DoorstepRecommend: { new (): DoorstepRecommend };
export const DoorstepSimilar: { new (): DoorstepSimilar };

/** The page's one Doorstep for a bundle; disposed when every user has released it. */
export function shareBundle(url: string | URL, options?: LoadOptions): { ready: Promise<Doorstep>; release(): void };

/** What an item is called on the page: its title, else its id. */
export function title(item: { id: string; title?: string }): string;

/** An item's picture, or the first letter of its name. */
export function picture(item: ItemRecord, size?: number): HTMLElement;

/** The absolute address, if a page may safely link to it or show it. */
export function safeAddress(text: string | undefined, isImage?: boolean): string | undefined;

declare global {
  interface HTMLElementTagNameMap {
    'doorstep-recommend': DoorstepRecommend;
    'doorstep-similar': DoorstepSimilar;
  }
  interface GlobalEventHandlersEventMap {
    'doorstep:results': CustomEvent<{ hits: Hit[] }>;
    'doorstep:select': CustomEvent<{ id: string; item: ItemRecord; hit: Hit }>;
    'doorstep:error': CustomEvent<{ error: Error }>;
  }
}
