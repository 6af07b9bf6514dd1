// One product, large, with what is like it. Its address is `#item/ID`, so that
// the back button closes it and a link opens it.

import { element, find, picture, title } from './dom.js';
import { formatPrice, formatRating } from './figures.js';

const dialog = find('product');

function shownId() {
  const [kind, id] = location.hash.slice(1).split('/');
  if (kind !== 'item' || !id) return undefined;
  try {
    return decodeURIComponent(id);
  } catch {
    return undefined;
  }
}

function draw(item) {
  find('product-picture').replaceChildren(picture(item, 480));
  find('product-title').textContent = title(item);
  find('product-price').textContent = formatPrice(item.price);
  find('product-rating').textContent = item.rating == null ? '' : `Rated ${formatRating(item.rating)}`;
  find('product-description').textContent = item.description ?? '';
  const { brand = [], ...attributes } = item.attributes ?? {};
  find('product-brand').textContent = brand.join(', ');
  find('product-attributes').replaceChildren(...Object.entries(attributes).map(([name, values]) => element('div', {}, element('dt', {}, name), element('dd', {}, values.join(', ')))));
  find('similar').item = item.id;
}

/** Opens what the address names; `onView(id)` hears of every product opened. */
export function showProductDialog(doorstep, onView) {
  async function follow() {
    const id = shownId();
    if (id === undefined) {
      dialog.close();
      return;
    }
    let item;
    let why = 'This product is not in the catalogue.';
    try {
      [item] = await doorstep.items([id]);
    } catch (error) {
      why = `This product can’t be shown now. ${error.message}`;
    }
    if (shownId() !== id) return;
    draw(item ?? { id, description: why });
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    find('product-title').focus();
    if (item) onView(id);
  }

  find('product-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => {
    if (shownId() !== undefined) history.replaceState(null, '', location.pathname + location.search);
    // The shelf has moved on, perhaps with the card that was clicked; then the focus is nowhere, or still in here for a frame.
    const { activeElement } = document;
    if (activeElement === document.body || dialog.contains(activeElement)) find('for-you-title').focus({ preventScroll: true });
  });
  addEventListener('hashchange', follow);
  return follow();
}
