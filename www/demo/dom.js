// Building the page. Text from the catalogue goes in as text, never as HTML.

import { safeAddress } from '../widgets.js';

export const find = (id) => document.getElementById(id);

/** An element with these properties and children. */
export function element(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset);
  node.append(...children);
  return node;
}

/** An item's picture, or the first letter of its name. */
export function picture(item, size) {
  const initial = element('span', { className: 'initial', ariaHidden: 'true' }, (item.title ?? item.id).trim().charAt(0).toUpperCase());
  const src = safeAddress(item.image, true);
  if (!src) return initial;
  const image = element('img', { alt: '', loading: 'lazy', decoding: 'async', width: size, height: size });
  image.addEventListener('error', () => image.replaceWith(initial), { once: true });
  image.src = src;
  return image;
}

export const title = (item) => item.title ?? item.id;

/** Where the shop shows an item: an address of this page. */
export const itemAddress = (id) => `#item/${encodeURIComponent(id)}`;
