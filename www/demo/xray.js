// The room of radiographs: <doorstep-anomaly>, with pictures to try in its slot.

import '../anomaly/panel.js';
import { shareBundle } from '../widgets.js';
import { watchCost, watchFirst } from './cost.js';
import { element, find } from './dom.js';
import { showEmbed } from './embed.js';
import { formatTime } from './figures.js';

const SAMPLES = './radiographs/';
const NORMAL = 'normal';
/** Pictures of either kind in the gallery; no multiple of 5, by which they are dealt. */
const OF_EACH = 6;
const ARTICLE = { opacity: 'an', effusion: 'an', asymmetry: 'an' };
const GRADES = { 1: 'plain to see', 2: 'less plain', 3: 'hard to see' };

const anomaly = find('anomaly');

/** Says above everything else what failed; the widget shows its own fallback content. */
function showNotice(text) {
  const retry = element('button', { type: 'button' }, 'Try again');
  retry.addEventListener('click', () => location.reload());
  find('notice').replaceChildren(text, retry);
  find('notice').hidden = false;
}

/** Some normal and some abnormal pictures of the list that lies beside them, in an order that tells nothing. */
async function samples() {
  const response = await fetch(`${SAMPLES}pictures.csv`);
  if (!response.ok) throw new Error(`The server answered ${response.status} for the list of pictures to try.`);
  const [, ...rows] = (await response.text()).trim().split('\n');
  const all = rows.map((row) => row.split(',')).map(([path, label, , grade]) => ({ path, label, grade }));
  const some = (kind) => all.filter(({ label }) => (label === NORMAL) === kind).slice(0, OF_EACH);
  const chosen = [...some(true), ...some(false)];
  return chosen.map((_, n) => chosen[(n * 5 + 8) % chosen.length]);
}

async function showGallery() {
  const buttons = (await samples()).map(({ path, label, grade }, n) => {
    const image = element('img', { src: SAMPLES + path, alt: `Picture ${n + 1}`, width: 72, height: 72 });
    const button = element('button', { type: 'button', ariaPressed: 'false' }, image);
    button.addEventListener('click', async () => {
      for (const other of buttons) other.ariaPressed = String(other === button);
      await anomaly.inspect(image);
      find('truth').textContent = label === NORMAL
        ? `Picture ${n + 1} was drawn as a normal one.`
        : `Picture ${n + 1} was drawn with ${ARTICLE[label] ?? 'a'} ${label.replace('-', ' ')}, ${GRADES[grade] ?? ''}.`;
    });
    return button;
  });
  find('gallery').append(...buttons.map((button) => element('li', {}, button)));
  return buttons;
}

function showModel({ evaluation, content: { pictures } }) {
  const { auroc, recall, 'false-positive-rate': mistaken } = evaluation?.metrics ?? {};
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  const judged = evaluation
    ? `On ${evaluation.cases} phantoms that it had not seen: AUROC ${auroc.toFixed(3)} (1 would be perfect, .5 chance); it calls ${percent(recall)} of the abnormal ones unusual, and ${percent(mistaken)} of the normal ones.`
    : 'It was published without figures.';
  find('model-note').textContent = `${judged} Its threshold comes from ${pictures.calibration.pictures} normal pictures.`;
}

async function open() {
  const { ready } = shareBundle(anomaly.bundle, {
    onProgress({ loaded, total }) { find('progress').value = loaded / total; },
  });
  try {
    const doorstep = await ready;
    watchCost(doorstep);
    doorstep.addEventListener('query', ({ detail: { method, milliseconds, files, error } }) => {
      if (method === 'inspect' && !error) find('speed').textContent = `${formatTime(milliseconds)} for this picture, ${files ? 'with fetching, ' : ''}all on this device`;
    });
    showModel(doorstep.manifest.models.find((model) => model.default));
    const [first] = await showGallery();
    first?.click();
  } catch (error) {
    showNotice(`Pictures can't be looked at. ${error.message}`);
  } finally {
    find('progress').hidden = true;
  }
}

anomaly.addEventListener('doorstep:error', ({ detail: { error } }) => {
  if (error.code !== 'invalid-query' && find('notice').hidden) showNotice(`The model doesn't answer. ${error.message}`);
});
anomaly.addEventListener('doorstep:inspection', () => {
  find('notice').hidden = true;
  find('truth').textContent = ''; // of a picture of the visitor's own nothing is known
});
watchFirst(anomaly, 'doorstep:inspection', 'finding');
showEmbed((address) => `<doorstep-anomaly
  bundle="${address('./xray/')}">
  <a href="/contact">Ask somebody</a>
</doorstep-anomaly>`);
open();
