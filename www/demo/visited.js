// The strip of items that the visitor looked at.

import { element, find, itemAddress, picture, title } from './dom.js';

/** Keeps the strip equal to the visitor's history, newest first. */
export function showVisited(visits, doorstep) {
  const list = find('visited');
  const clear = find('clear-history');
  const records = new Map(); // id → record, or null where the catalogue lacks it
  let newest = 0;

  async function show() {
    const turn = ++newest;
    const ids = visits.list().map((event) => event.item).reverse();
    find('visited-empty').hidden = ids.length > 0;
    clear.disabled = ids.length === 0;
    const missing = ids.filter((id) => !records.has(id));
    if (missing.length) {
      const found = await doorstep.items(missing).catch(() => []); // the chips then show ids
      found.forEach((record, index) => records.set(missing[index], record));
    }
    if (turn === newest) list.replaceChildren(...ids.map((id) => chip(records.get(id) ?? { id })));
  }

  function chip(item) {
    const remove = element('button', { type: 'button', className: 'remove', ariaLabel: `Forget ${title(item)}` }, '×');
    remove.addEventListener('click', () => {
      const next = remove.closest('li').nextElementSibling ?? remove.closest('li').previousElementSibling;
      const nextId = next?.dataset.id;
      visits.remove(item.id);
      refocus(nextId);
    });
    return element('li', { className: 'chip', dataset: { id: item.id } },
      element('a', { href: itemAddress(item.id) }, picture(item, 28), element('span', {}, title(item))), remove);
  }

  // Removing a chip redraws the strip, perhaps a moment later; the keyboard stays in it.
  function refocus(id) {
    const target = () => [...list.children].find((chip) => chip.dataset.id === id)?.lastElementChild ?? find('visited-title');
    requestAnimationFrame(() => target().focus());
  }

  clear.addEventListener('click', () => {
    visits.clear();
    find('visited-title').focus();
  });
  visits.addEventListener('change', show);
  return show();
}
