// The panel that says what the page's queries cost.

import { find } from './dom.js';
import { formatBytes, formatCount, formatTime } from './figures.js';

const METHODS = { recommend: 'recommendation', similar: 'similar items', search: 'search', items: 'item records', predict: 'prediction', features: 'inputs', rows: 'rows', findRows: 'search by name', inspect: 'picture' };

const DEVICES = { cpu: 'the processor', webgpu: 'WebGPU' };

/** Adds up what the bundle's queries report. */
export function watchCost(doorstep) {
  const session = { ...doorstep.loadCost }; // bytes, files and cached are summed from here on
  const write = (id, text) => { find(id).textContent = text; };

  const showSession = ({ engine, engineBytes, device }) => {
    write('cost-session', formatBytes(session.bytes));
    write('cost-engine', `${engine}, ${engineBytes ? formatBytes(engineBytes) : 'size not told'}`);
    write('cost-device', DEVICES[device]);
    write('cost-files', formatCount(session.files) + (session.cached ? ` (${formatCount(session.cached)} from cache)` : ''));
  };
  showSession(session);

  doorstep.addEventListener('query', ({ detail }) => {
    for (const part of ['bytes', 'files', 'cached']) session[part] += detail[part];
    showSession(detail);
    if (detail.error?.code === 'aborted') return;
    const spent = detail.files ? `${formatBytes(detail.bytes)} in ${formatCount(detail.files)} ${detail.files === 1 ? 'file' : 'files'}` : 'nothing new';
    write('cost-query', METHODS[detail.method]);
    write('cost-time', formatTime(detail.milliseconds));
    write('cost-bytes', spent);
  });
}

/** The moment at which the visitor first had what `kind` names, since the page was opened. */
export function watchFirst(widget, event, kind) {
  widget.addEventListener(event, () => {
    performance.mark(`doorstep:first-${kind}`);
    find('cost-first').textContent = formatTime(performance.now());
  }, { once: true });
}
