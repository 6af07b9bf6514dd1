// Where the songs lie: two features, a sample of all songs, the nearest, and the visitor's own.

import { formatOf, scaleOf } from '../predict/scale.js';
import { emit } from '../widgets.js';
import { element, find } from './dom.js';
import { formatCount } from './figures.js';

/** Songs in the background. They come from what the engine holds: nothing more is fetched. */
const SAMPLE = 1500;
const MARGIN = 12;
const DOT = 2.5;

const spoken = (name) => name.replaceAll('_', ' ');

/** A list of the numeric features, and what the chosen one means for a plot. */
function axis(id, features, chosen, changed) {
  const select = find(id);
  select.replaceChildren(...features.map(({ name }) => element('option', { value: name, selected: name === chosen.name }, spoken(name))));
  const read = () => {
    const feature = features.find(({ name }) => name === select.value);
    const scale = scaleOf(feature.quantiles);
    const format = formatOf(scale, 'en');
    find(`${id}-range`).textContent = `${format.format(scale.least)} to ${format.format(scale.most)}`;
    const share = (values) => scale.place(values[feature.name]) / (scale.places || 1);
    return { name: feature.name, share, written: (values) => format.format(values[feature.name]) };
  };
  const own = { select, now: read() };
  select.addEventListener('change', () => {
    own.now = read();
    changed();
  });
  return own;
}

/** Draws the plot and keeps it up to date with the widget's predictions; a song that is picked goes to `start`. */
export async function showPlot(doorstep, info, predict, start) {
  const features = info.features.filter(({ categories }) => !categories.length);
  if (features.length < 2) return;
  const canvas = find('plot-canvas');
  const context = canvas.getContext('2d');
  const dots = document.createElement('canvas'); // drawn once, copied with every frame
  const step = Math.max(1, info.rows / SAMPLE);
  const numbers = Array.from({ length: Math.min(SAMPLE, info.rows) }, (_, n) => Math.floor(n * step));
  const songs = await doorstep.rows(numbers, undefined, { names: false });
  const across = axis('plot-across', features, features[0], redraw);
  const up = axis('plot-up', features, features[1], redraw);
  let latest;
  let size;

  const colour = (id) => getComputedStyle(find(id)).color;
  const at = (values) => [
    MARGIN + across.now.share(values) * (size.width - 2 * MARGIN),
    size.height - MARGIN - up.now.share(values) * (size.height - 2 * MARGIN),
  ];
  /** How much of the target a song has, for the strength of its dot. */
  const strength = ({ target }) => {
    const [least, most] = info.range;
    return most > least ? (target - least) / (most - least) : 0.5;
  };

  function disc(onto, [x, y], radius) {
    onto.beginPath();
    onto.arc(x, y, radius, 0, 2 * Math.PI);
    onto.fill();
  }

  function drawDots() {
    const { width, height } = canvas.getBoundingClientRect();
    size = width > 0 ? { width, height } : undefined; // it is not shown yet
    if (!size) return;
    for (const layer of [canvas, dots]) {
      layer.width = Math.round(width * devicePixelRatio);
      layer.height = Math.round(height * devicePixelRatio);
      layer.getContext('2d').scale(devicePixelRatio, devicePixelRatio);
    }
    const onto = dots.getContext('2d');
    onto.fillStyle = colour('plot-song');
    for (const song of songs) {
      onto.globalAlpha = 0.08 + 0.62 * strength(song);
      disc(onto, at(song.features), DOT);
    }
  }

  function draw() {
    if (!size) return;
    context.clearRect(0, 0, size.width, size.height);
    context.drawImage(dots, 0, 0, size.width, size.height);
    if (!latest) return;
    const { prediction, values } = latest;
    const most = Math.max(...prediction.neighbours.map((row) => Math.abs(row.weight)), Number.MIN_VALUE);
    context.strokeStyle = getComputedStyle(canvas).backgroundColor;
    context.lineWidth = 1.5;
    context.fillStyle = colour('plot-near');
    for (const row of prediction.neighbours) {
      disc(context, at(row.features), 4.5 + 3 * Math.sqrt(Math.abs(row.weight) / most));
      context.stroke();
    }
    const [x, y] = at(values);
    context.strokeStyle = context.fillStyle = colour('plot-here');
    context.lineWidth = 1;
    context.setLineDash([3, 4]);
    context.strokeRect(x, -1, 0, size.height + 2);
    context.strokeRect(-1, y, size.width + 2, 0);
    context.setLineDash([]);
    context.beginPath();
    for (const [dx, dy] of [[0, -8], [8, 0], [0, 8], [-8, 0]]) context.lineTo(x + dx, y + dy);
    context.fill();
  }

  function describe() {
    const { prediction, values } = latest;
    const between = (own) => {
      const sorted = prediction.neighbours.toSorted((a, b) => own.share(a.features) - own.share(b.features));
      return sorted.length ? `${spoken(own.name)} ${own.written(sorted[0].features)} to ${own.written(sorted.at(-1).features)}` : '';
    };
    canvas.ariaLabel = `Scatter plot of ${formatCount(songs.length)} of ${formatCount(info.rows)} songs, ${spoken(across.now.name)} across and ${spoken(up.now.name)} up. `
      + `Yours is at ${spoken(across.now.name)} ${across.now.written(values)}, ${spoken(up.now.name)} ${up.now.written(values)}. `
      + `The nearest lie at ${between(across.now)} and ${between(up.now)}.`;
  }

  function redraw() {
    drawDots();
    draw();
    if (latest) describe();
  }

  async function pick(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.x, event.clientY - box.y];
    const away = (song) => {
      const [songX, songY] = at(song.features);
      return Math.hypot(songX - x, songY - y);
    };
    const nearest = songs.reduce((best, song) => (away(song) < away(best) ? song : best));
    try {
      const [named] = await doorstep.rows([nearest.row]);
      start(named);
    } catch (error) {
      emit(predict, 'error', { error });
    }
  }

  find('plot-target').textContent = spoken(info.target);
  find('plot').hidden = false;
  predict.addEventListener('doorstep:prediction', ({ detail }) => {
    latest = detail;
    if (!size) drawDots();
    draw();
    if (detail.settled) describe();
  });
  if (predict.prediction) {
    latest = { prediction: predict.prediction, values: predict.values };
    describe();
  }
  canvas.addEventListener('click', pick);
  new ResizeObserver(redraw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ['data-theme'] });
}
