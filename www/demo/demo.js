// The demo shop: Doorstep's own widgets and API, and a page around them.

import { VisitorHistory } from '../history.js';
import { shareBundle } from '../widgets.js';
import { watchCost, watchFirst } from './cost.js';
import { find, itemAddress } from './dom.js';
import { showEmbed } from './embed.js';
import { showModels } from './models.js';
import { showProductDialog } from './product-dialog.js';
import { showPlaces, showProducts } from './products.js';
import { showVisited } from './visited.js';

const shelf = find('for-you');

function showFailure(error) {
  const notice = find('notice');
  notice.textContent = `The shop's shelves can't be filled. ${error.message}`;
  notice.hidden = false;
  find('products').replaceChildren();
  find('browse-title').textContent = 'Nothing to show';
}

async function open() {
  const visits = VisitorHistory.of(shelf.bundle);
  const { ready } = shareBundle(shelf.bundle, {
    onProgress: ({ loaded, total }) => { find('progress').value = loaded / total; },
  });
  try {
    const doorstep = await ready;
    watchCost(doorstep);
    showModels(doorstep.manifest.models, shelf);
    await Promise.all([
      showProducts(doorstep),
      showVisited(visits, doorstep),
      showProductDialog(doorstep, (id) => visits.add(id)),
    ]);
  } catch (error) {
    showFailure(error);
  } finally {
    find('progress').hidden = true;
  }
}

// The shop opens a product in place; it becomes part of the history there.
addEventListener('doorstep:select', (event) => {
  event.preventDefault();
  location.hash = itemAddress(event.detail.id);
});
addEventListener('doorstep:error', ({ detail: { error } }) => {
  if (find('notice').hidden) {
    find('notice').textContent = `A shelf can't be filled. ${error.message}`;
    find('notice').hidden = false;
  }
});
addEventListener('doorstep:results', () => { find('notice').hidden = true; });

showPlaces();
showEmbed();
watchFirst(shelf);
open();
