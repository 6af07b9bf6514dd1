// The demo shop: Doorstep's own widgets and API, and a page around them.

import { VisitorHistory } from '../history.js';
import { opening } from './bundle.js';
import { showComparison } from './comparison.js';
import { watchCost, watchFirst } from './cost.js';
import { showDevice } from './device.js';
import { element, find, itemAddress } from './dom.js';
import { showEmbed } from './embed.js';
import { formatBytes, formatShare, formatTime } from './figures.js';
import { showModels } from './models.js';
import { showProductDialog } from './product-dialog.js';
import { showPlaces, showProducts } from './products.js';
import { showVisited } from './visited.js';

const shelf = find('for-you');

/** Says above everything else what failed; the shelves keep their own fallback content. */
function showNotice(text) {
  const retry = element('button', { type: 'button' }, 'Try again');
  retry.addEventListener('click', () => location.reload());
  find('notice').replaceChildren(text, retry);
  find('notice').hidden = false;
}

function showFailure(error) {
  showNotice(`The shop's shelves can't be filled. ${error.message}`);
  find('search').disabled = true;
  find('products').replaceChildren(element('li', { className: 'nothing' }, element('strong', {}, 'The range can’t be shown'), element('span', {}, 'Its files did not arrive as they were published.')));
}

/** What all models weigh, and what each of the shelf's own queries takes. */
function showPublished(doorstep) {
  const { models } = doorstep.manifest;
  const published = models.reduce((sum, model) => sum + model.bytes, 0);
  const parts = ({ content }) => [content, ...(content.ensemble ?? []).map((member) => member.content)];
  const whole = models.filter((model) => parts(model).some(({ factors, neural }) => factors || neural)).map(({ name }) => name);
  const but = whole.length ? `, but the whole of ${new Intl.ListFormat('en').format(whole)}` : '';
  find('cost-note').textContent = `The models alone are ${formatBytes(published)}; a visitor fetches only the shards that their own history touches${but}.`;
  doorstep.addEventListener('query', ({ detail: { query, error, milliseconds, files } }) => {
    // Only the shelf asks for reasons; the range is a list of popular items.
    if (!query.explain || error?.code === 'aborted') return;
    find('shelf-cost').textContent = `${formatTime(milliseconds)}, ${files ? 'fetching included' : 'all on this device'}`;
  });
}

async function open() {
  const visits = VisitorHistory.of(shelf.bundle);
  try {
    const doorstep = await opening;
    watchCost(doorstep);
    showPublished(doorstep);
    showModels(doorstep.manifest.models, shelf, { key: 'recall@10', name: 'recall@10', cases: 'histories', format: formatShare });
    showDevice(doorstep, shelf, visits);
    showComparison(doorstep, visits, shelf.limit);
    await new Promise((later) => setTimeout(later)); // the shelf waits for the bundle too, and asks first
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
  if (!event.cancelable) return; // it opens in another tab
  event.preventDefault();
  location.hash = itemAddress(event.detail.id);
});
const failing = new Set();
addEventListener('doorstep:error', ({ target, detail: { error } }) => {
  failing.add(target);
  if (find('notice').hidden) showNotice(`A shelf can't be filled. ${error.message}`);
});
addEventListener('doorstep:results', ({ target }) => {
  if (failing.delete(target) && !failing.size) find('notice').hidden = true;
});

showPlaces();
showEmbed((address) => `<doorstep-recommend limit="8"
  bundle="${address('./bundle/')}">
  <a href="/popular">Popular items</a>
</doorstep-recommend>`);
watchFirst(shelf, 'doorstep:results', 'recommendation');
open();
