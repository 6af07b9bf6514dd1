// What was found of a picture: where it is unusual, what it scores among normal ones, and those that come closest.

import { element } from '../widgets.js';

/** Longest side at which a picture is drawn. */
const DRAWN = 640;
/** Bars of the histogram. */
const BARS = 24;
/** Most of the histogram's width in that of normal scores. */
const MOST_SPAN = 1.5;
/** The colour of what is unusual; on grey pictures no other is like it. */
const COLOUR = [255, 96, 0];

const MAPS = [['reconstruction', 'What can’t be made from normal pictures'], ['occlusion', 'What raises the score (slower)']];

/** Hundredths, with two digits where they are few or nearly all. */
const percent = (share) => `${share < 10 ? Number(share.toPrecision(2)) : share.toFixed(share > 99 && share < 100 ? 1 : 0)} %`;

function canvasOf(image) {
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}

/** Levels from 0 to 255 as a canvas. */
function grey(levels, size) {
  const image = new ImageData(size, size);
  levels.forEach((level, at) => image.data.set([level, level, level, 255], 4 * at));
  return canvasOf(image);
}

function overlay(map, size) {
  const most = map.reduce((most, level) => Math.max(most, level), 1);
  const image = new ImageData(size, size);
  map.forEach((level, at) => image.data.set([...COLOUR, 255 * Math.min(1, level / most)], 4 * at));
  return canvasOf(image);
}

export class View {
  #onMap;
  #canvas = element('canvas', 'picture');
  #opacity = element('input', 'opacity', { type: 'range', min: 0, max: 100, value: 65 });
  #choice = element('select', 'map');
  #controls;
  #verdict = element('strong', 'verdict');
  #place = element('p', 'place');
  #rate = element('p', 'rate');
  #bars = element('div', 'histogram');
  #mark = element('span', 'mark');
  #limit = element('span', 'limit');
  #near = element('ul', 'prototypes');
  #nearHeading = element('p', 'heading', {}, 'Seen by the model, and the normal pictures that come closest');
  #shown;
  head; // the verdict, which stands before the picture where there is one column
  stage;
  finding;
  calibration;
  sentence = '';

  constructor(onMap) {
    this.#onMap = onMap;
    this.#choice.append(...MAPS.map(([value, text]) => new Option(text, value)));
    this.#choice.onchange = () => this.#onMap(this.map);
    this.#opacity.oninput = () => this.#draw();
    this.#controls = element('div', 'controls', {},
      element('label', 'control', {}, 'Marked', this.#choice), element('label', 'control', {}, 'Opacity', this.#opacity));
    this.stage = element('div', 'stage', { hidden: true }, this.#canvas, this.#controls);
    this.#canvas.setAttribute('role', 'img');
    this.#bars.setAttribute('role', 'img');
    this.head = element('div', 'head', { hidden: true }, this.#verdict, this.#place);
    this.finding = element('div', 'finding', { hidden: true }, element('div', 'scale', {}, this.#bars, this.#limit, this.#mark), this.#rate, this.#nearHeading, this.#near);
  }

  get map() { return this.#choice.value; }

  set busy(busy) { this.stage.setAttribute('aria-busy', busy); }

  show(picture, inspection, map) {
    const scale = Math.min(1, DRAWN / Math.max(picture.width, picture.height));
    this.#shown = { picture: canvasOf(picture), frame: inspection.frame, overlay: inspection.map && overlay(inspection.map, inspection.size), scale };
    this.#choice.value = map;
    const { unusual, percentile, falsePositiveRate, prototypes, prepared, size } = inspection;
    const { pictures } = this.calibration;
    this.#verdict.textContent = unusual ? 'Unusual' : 'Not unusual';
    this.#verdict.toggleAttribute('data-unusual', unusual);
    const lower = percentile === 100 ? 'all' : percent(percentile);
    this.#place.textContent = `It scores higher than ${lower} of the ${pictures} normal pictures that the model is measured by.`;
    const measured = this.evaluation?.metrics['false-positive-rate'];
    this.#rate.textContent = `Right of the line a picture is called unusual. It is drawn so that ${percent(100 * falsePositiveRate)} of normal ones lie there${measured === undefined ? '' : `; of those that the model was tested with, ${percent(100 * measured)} did`}.`;
    this.sentence = `${this.#verdict.textContent}. ${this.#place.textContent}`;
    this.#histogram(inspection);
    const seen = grey([...prepared].map((level) => 255 * level), size);
    const figure = (canvas, text) => element('li', 'prototype', {}, canvas, element('span', 'caption', {}, text));
    seen.setAttribute('role', 'img');
    seen.ariaLabel = 'The picture as the model sees it';
    const near = prototypes.map(({ pixels, angle }, n) => {
      const canvas = grey(pixels, size);
      canvas.setAttribute('role', 'img');
      canvas.ariaLabel = `Normal picture ${n + 1}`;
      canvas.title = `${((angle * 180) / Math.PI).toFixed(1)}° from this picture's features`;
      return figure(canvas, n ? `no. ${n + 1}` : 'closest');
    });
    this.#near.replaceChildren(figure(seen, 'this picture'), ...near);
    this.#nearHeading.textContent = near.length ? 'As the model sees it, and the normal pictures that come closest' : 'As the model sees it';
    this.head.hidden = this.stage.hidden = this.finding.hidden = false;
    this.#draw();
  }

  #draw() {
    if (!this.#shown) return;
    const { picture, frame, overlay: marks, scale } = this.#shown;
    const canvas = this.#canvas;
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.ariaLabel = marks ? 'The picture, with what is unusual marked' : 'The picture';
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    if (!marks) return;
    context.globalAlpha = this.#opacity.value / 100;
    context.drawImage(marks, frame.x * scale, frame.y * scale, frame.width * scale, frame.height * scale);
  }

  /** Normal pictures' scores as bars, the threshold and this picture's place. */
  #histogram({ score, threshold }) {
    const { scores } = this.calibration;
    const least = Math.min(scores[0], score);
    const normal = Math.max(scores.at(-1), threshold) - least;
    // A picture far beyond them stands at the end, and normal ones keep most of the place.
    const span = Math.max(normal, Math.min(score - least, MOST_SPAN * normal)) || 1;
    const counts = new Array(BARS).fill(0);
    for (const own of scores) counts[Math.min(BARS - 1, Math.floor(((own - least) / span) * BARS))]++;
    const most = Math.max(...counts);
    this.#bars.replaceChildren(...counts.map((count) => {
      const bar = element('span', 'bar');
      bar.style.blockSize = `${(count / most) * 100}%`;
      return bar;
    }));
    this.#bars.ariaLabel = `Scores of normal pictures. ${this.sentence}`;
    const at = (value) => `${Math.min(100, Math.max(0, ((value - least) / span) * 100))}%`;
    this.#mark.style.insetInlineStart = at(score);
    this.#limit.style.insetInlineStart = at(threshold);
  }
}
