// The songs room: <doorstep-predict>, with a plot and songs to start from in its slots.

import { shareBundle } from '../widgets.js';
import { watchCost, watchFirst } from './cost.js';
import { element, find } from './dom.js';
import { showEmbed } from './embed.js';
import { formatBytes, formatCount, formatTime } from './figures.js';
import { showModels } from './models.js';
import { showPlot } from './plot.js';
import { showStart } from './start.js';

/** Predictions whose middle one is told as the speed. */
const RECENT = 60;

const predict = find('predict');

/** Says above everything else what failed; the widget shows its own fallback content. */
function showNotice(text) {
  const retry = element('button', { type: 'button' }, 'Try again');
  retry.addEventListener('click', () => location.reload());
  find('notice').replaceChildren(text, retry);
  find('notice').hidden = false;
}

function watchSpeed(doorstep) {
  const recent = [];
  doorstep.addEventListener('query', ({ detail: { method, milliseconds, error } }) => {
    if (method !== 'predict' || error) return;
    recent.push(milliseconds);
    if (recent.length > RECENT) recent.shift();
    const middle = recent.toSorted((a, b) => a - b)[recent.length >> 1];
    find('speed').textContent = `${formatTime(middle)} a prediction, all on this device`;
  });
}

async function open() {
  const { ready } = shareBundle(predict.bundle, {
    onProgress({ loaded, total }) { find('progress').value = loaded / total; },
  });
  try {
    const doorstep = await ready;
    watchCost(doorstep);
    watchSpeed(doorstep);
    showModels(doorstep.manifest.models, predict, { key: 'r2', name: 'R²', cases: 'songs', format: (r2) => r2.toFixed(3) });
    const info = await doorstep.features();
    const { bytes } = doorstep.manifest.models.find((model) => model.default);
    find('cost-note').textContent = `${formatCount(info.rows)} songs are ${formatBytes(bytes)}. Their numbers are fetched once; names only of the songs that are shown, or all for a search.`;
    await showPlot(doorstep, info, predict, showStart(doorstep, info, predict));
  } catch (error) {
    showNotice(`The songs can't be shown. ${error.message}`);
  } finally {
    find('progress').hidden = true;
  }
}

addEventListener('doorstep:error', ({ detail: { error } }) => {
  if (find('notice').hidden) showNotice(`The songs don't answer. ${error.message}`);
});
addEventListener('doorstep:prediction', ({ detail }) => {
  if (detail.settled) find('notice').hidden = true;
});
watchFirst(predict, 'doorstep:prediction', 'prediction');
showEmbed((address) => `<doorstep-predict noun="songs"
  bundle="${address('./songs/')}">
  <a href="/songs">All songs</a>
</doorstep-predict>`);
open();
