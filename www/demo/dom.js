// Building the page. Text from the catalogue goes in as text, never as HTML.

export { picture, title } from '../widgets.js';

export const find = (id) => document.getElementById(id);

/** An element with these properties and children. */
export function element(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset);
  node.append(...children);
  return node;
}

/** Where the shop shows an item: an address of this page. */
export const itemAddress = (id) => `#item/${encodeURIComponent(id)}`;
