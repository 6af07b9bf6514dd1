// What networks run on: shown, chosen, and timed side by side.

import { DEVICES, device as wished } from './bundle.js';
import { element, find } from './dom.js';
import { formatTime } from './figures.js';
import { measure, measuredHistory } from './measure.js';
import { keepWish, wish } from './wishes.js';

const REFOCUS = 'device chosen';

/** Choosing a device loads the page again with it; the visit keeps it. */
function showChoice() {
  for (const [device, name] of Object.entries(DEVICES)) {
    const button = element('button', { type: 'button', className: 'tag', ariaPressed: `${device === wished}`, value: device }, name);
    button.addEventListener('click', () => {
      if (device === wished) return;
      if (!keepWish('device', device)) {
        find('device-note').textContent = 'This browser keeps nothing for the visit, so the choice would be lost.';
        return;
      }
      keepWish(REFOCUS, 'yes');
      location.reload();
    });
    find('devices').append(button);
    if (device === wished && wish(REFOCUS) === 'yes') {
      keepWish(REFOCUS, 'no');
      button.focus({ preventScroll: true });
    }
  }
}

/** The same list on each device, one after the other. */
async function compare(doorstep, shelf, visits) {
  const { history, called } = await measuredHistory(doorstep, visits);
  const model = shelf.model || doorstep.manifest.models.find((published) => published.default).name;
  const query = { history, k: shelf.limit, model, explain: true };
  const rows = [];
  const reasons = [];
  for (const device of ['cpu', 'webgpu']) {
    const found = await measure(doorstep.url, query, device);
    const took = found.device === device ? formatTime(found.milliseconds) : 'not used';
    rows.push(element('div', {}, element('dt', {}, DEVICES[device]), element('dd', {}, took)));
    if (found.device !== device) reasons.push(found.reason ?? `${model} is no network: it runs on the processor.`);
  }
  find('device-times').replaceChildren(...rows);
  find('device-note').textContent = [`A list by ${model} for ${called}: the middle one of up to 30 in a row.`, ...reasons].join(' ');
}

/** Shows what answers, lets the visitor choose, and times both. */
export function showDevice(doorstep, shelf, visits) {
  showChoice();
  const reason = find('device-reason');
  const tell = ({ deviceReason }) => { reason.textContent = deviceReason ?? ''; };
  tell(doorstep.loadCost);
  doorstep.addEventListener('query', ({ detail }) => tell(detail));
  const button = find('measure-devices');
  let measuring = false;
  button.addEventListener('click', async () => {
    if (measuring) return;
    measuring = true;
    button.ariaDisabled = 'true';
    find('device-note').textContent = 'Measuring …';
    try {
      await compare(doorstep, shelf, visits);
    } catch (error) {
      find('device-note').textContent = `It could not be measured. ${error.message}`;
    } finally {
      measuring = false;
      button.ariaDisabled = 'false';
    }
  });
}
