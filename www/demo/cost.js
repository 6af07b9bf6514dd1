// The panel that says what the recommendations cost.

import { find } from './dom.js';
import { formatBytes, formatCount, formatTime } from './figures.js';

const METHODS = { recommend: 'recommendation', similar: 'similar items', search: 'search', items: 'item records' };

/** Adds up what the bundle's queries report. */
export function watchCost(doorstep) {
  const session = { ...doorstep.loadCost }; // bytes, files and cached are summed from here on
  const published = doorstep.manifest.models.reduce((sum, model) => sum + model.bytes, 0);
  const write = (id, text) => { find(id).textContent = text; };

  const showSession = () => {
    write('cost-session', formatBytes(session.bytes));
    const { engineBytes } = doorstep.loadCost;
    write('cost-engine', engineBytes ? formatBytes(engineBytes) : 'not told');
    write('cost-files', formatCount(session.files) + (session.cached ? ` (${formatCount(session.cached)} from cache)` : ''));
  };
  write('cost-note', `The models alone are ${formatBytes(published)}; a visitor fetches only the shards that their own history touches.`);
  showSession();

  doorstep.addEventListener('query', ({ detail }) => {
    for (const part of ['bytes', 'files', 'cached']) session[part] += detail[part];
    showSession();
    if (detail.error?.code === 'aborted') return;
    const spent = detail.files ? `${formatBytes(detail.bytes)} in ${formatCount(detail.files)} ${detail.files === 1 ? 'file' : 'files'}` : 'nothing new';
    write('cost-query', METHODS[detail.method]);
    write('cost-time', formatTime(detail.milliseconds));
    write('cost-bytes', spent);
    if (detail.query.explain) { // only the shelf asks for reasons; the range is a list of popular items
      write('shelf-cost', `${formatTime(detail.milliseconds)}, ${detail.files ? 'fetching included' : 'all on this device'}`);
    }
  });
}

/** The moment at which the visitor first had a recommendation, since the page was opened. */
export function watchFirst(shelf) {
  shelf.addEventListener('doorstep:results', () => {
    performance.mark('doorstep:first-recommendation');
    find('cost-first').textContent = formatTime(performance.now());
  }, { once: true });
}
