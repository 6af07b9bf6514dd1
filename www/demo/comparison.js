// All models of the bundle: how good they are, what a first list fetches, how long a list takes.
// Accuracy is the manifest's; the rest is measured here, when the visitor asks for it.

import { DEVICES, device as wished } from './bundle.js';
import { element, find } from './dom.js';
import { formatBytes, formatTime } from './figures.js';
import { measure, measuredHistory } from './measure.js';
import { drawScatter } from './scatter.js';

const METRIC = 'ndcg@10';
const UNKNOWN = '–';

/** What a chart says to who can't see it; the table has all figures. */
function spoken(rows, key, what, format) {
  const best = rows.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const least = rows.reduce((a, b) => (b[key] < a[key] ? b : a));
  return `NDCG@10 of ${rows.length} models against ${what}. Best: ${best.name}, ${format(best[key])}. Least: ${least.name}, ${format(least[key])}. The table has all figures.`;
}

/** Shows the table, and the charts once something was measured. */
export function showComparison(doorstep, visits, limit) {
  const rows = doorstep.manifest.models
    .filter(({ evaluation }) => evaluation?.metrics[METRIC] !== undefined)
    .map(({ name, content, evaluation }) => ({ name, network: !!content.neural, accuracy: evaluation.metrics[METRIC] }))
    .toSorted((a, b) => b.accuracy - a.accuracy);
  if (!rows.length) return;
  const button = find('measure-models');
  const note = find('comparison-note');
  let measuring; // AbortController

  const cells = rows.map((row, index) => {
    row.short = `${index + 1}`;
    const [bytes, time] = [element('td', {}, UNKNOWN), element('td', {}, UNKNOWN)];
    const name = element('th', { scope: 'row' }, row.name);
    if (row.network) name.append(' ', element('span', { className: 'network' }, 'network'));
    find('comparison-rows').append(element('tr', { dataset: { model: row.name } },
      element('td', {}, row.short), name, element('td', {}, row.accuracy.toFixed(3)), bytes, time));
    return { bytes, time };
  });

  const charts = [
    { svg: find('chart-bytes'), key: 'bytes', what: 'bytes fetched until the first list', format: formatBytes },
    { svg: find('chart-time'), key: 'milliseconds', what: 'milliseconds for a list', format: formatTime },
  ];

  function draw() {
    for (const { svg, key, what, format } of charts) {
      const known = rows.filter((row) => row[key] > 0);
      svg.closest('figure').hidden = !known.length;
      if (!known.length) continue;
      svg.ariaLabel = spoken(known, key, what, format);
      const points = known.map((row) => ({ name: row.name, short: row.short, special: row.network, x: row[key], y: row.accuracy }));
      drawScatter(svg, points, format);
    }
    find('chart-place').hidden = rows.some((row) => row.milliseconds);
  }

  async function measureAll(signal) {
    const { history, called } = await measuredHistory(doorstep, visits);
    const used = new Set();
    const failed = [];
    for (const [index, row] of rows.entries()) {
      note.textContent = `Measuring ${row.name}, ${index + 1} of ${rows.length} …`;
      try {
        Object.assign(row, await measure(doorstep.url, { history, k: limit, model: row.name }, wished === 'webgpu' ? 'webgpu' : 'cpu', signal));
      } catch (error) {
        if (signal.aborted) throw error;
        failed.push(`${row.name}: ${error.message}`);
        continue;
      }
      used.add(DEVICES[row.device]);
      cells[index].bytes.textContent = row.bytes ? formatBytes(row.bytes) : 'not told';
      cells[index].time.textContent = formatTime(row.milliseconds);
      draw();
    }
    note.textContent = [used.size && `Measured on this device (${[...used].join(' and ')}) with ${called}.`, ...failed].filter(Boolean).join(' ');
  }

  button.addEventListener('click', async () => {
    if (measuring) {
      measuring.abort();
      return;
    }
    measuring = new AbortController();
    button.textContent = 'Stop';
    try {
      await measureAll(measuring.signal);
    } catch (error) {
      note.textContent = measuring.signal.aborted ? 'Stopped.' : `It could not be measured. ${error.message}`;
    } finally {
      measuring = undefined;
      button.textContent = 'Measure again';
    }
  });
  new ResizeObserver(draw).observe(find('charts'));
  find('comparison').hidden = false;
}
