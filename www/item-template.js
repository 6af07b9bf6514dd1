// What is in a card where the page brings a <template>. widgets.js imports this only then.

import { picture, title } from './widgets.js';

/** What an item's record says of `field`, as words. */
function words(item, field) {
  if (field === 'title') return title(item);
  return String(item[field] ?? item.attributes?.[field]?.join(', ') ?? '');
}

/** A copy of `template` for an item: `{ nodes, show }`, of which `show` writes what changes with the hit. */
export function content(template, item) {
  const copy = template.content.cloneNode(true);
  for (const place of copy.querySelectorAll('[data-image]')) place.replaceWith(picture(item));
  const fields = [...copy.querySelectorAll('[data-text]')];
  return {
    nodes: [...copy.childNodes],
    show(said) {
      for (const node of fields) node.textContent = said[node.dataset.text] ?? words(item, node.dataset.text);
    },
  };
}
