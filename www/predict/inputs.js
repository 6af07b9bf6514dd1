// The controls of a prediction: a slider for each number, a list for each category.

import { DoorstepError } from '../doorstep.js';
import { element } from '../widgets.js';
import { formatOf, scaleOf } from './scale.js';

/** A column's name as people write it. */
export const spoken = (name) => name.replaceAll('_', ' ').trim() || name;

const hidden = (text) => element('span', 'hidden', {}, text);

function slider(feature, id, language, changed) {
  const scale = scaleOf(feature.quantiles);
  const format = formatOf(scale, language);
  const written = (value) => (Number.isFinite(value) ? format.format(value) : '');
  const [least, most] = [written(scale.least), written(scale.most)];
  const input = element('input', 'slider', { type: 'range', id, min: 0, max: scale.places, step: 1, disabled: !(scale.places > 0) });
  const number = element('span', 'number', { ariaHidden: 'true' });
  let value;
  const show = () => {
    number.textContent = written(value);
    input.ariaValueText = number.textContent;
  };
  input.oninput = () => {
    value = scale.value(Number(input.value));
    show();
    changed();
  };
  return {
    node: element('div', 'input', {},
      element('label', 'name', { htmlFor: id }, spoken(feature.name), hidden(`, from ${least} to ${most}`)), number, input,
      element('span', 'least', { ariaHidden: 'true' }, least), element('span', 'most', { ariaHidden: 'true' }, most)),
    usual: scale.middle,
    get value() { return value; },
    set value(given) { // what is not on the slider's steps is kept as it is
      value = given;
      input.value = Math.round(scale.place(given));
      show();
    },
  };
}

function choice(feature, id, changed) {
  const input = element('select', 'choice', { id, onchange: changed });
  const add = (text) => input.append(element('option', '', { value: text }, text || '(empty)'));
  feature.categories.forEach(add);
  return {
    node: element('div', 'input', {}, element('label', 'name', { htmlFor: id }, spoken(feature.name)), input),
    usual: feature.categories[0],
    get value() { return input.value; },
    set value(given) { // one that no training row has is answered too
      const text = String(given);
      if (![...input.options].some((option) => option.value === text)) add(text);
      input.value = text;
    },
  };
}

/** Controls for the features of a table; `changed()` hears of every change by hand. */
export class Inputs {
  #controls;

  constructor(features, language, changed) {
    this.#controls = new Map(features.map((feature, at) => [feature.name,
      feature.categories.length ? choice(feature, `input-${at}`, changed) : slider(feature, `input-${at}`, language, changed)]));
    for (const control of this.#controls.values()) control.value = control.usual;
  }

  get nodes() { return [...this.#controls.values()].map((control) => control.node); }

  get values() {
    return Object.fromEntries([...this.#controls].map(([name, control]) => [name, control.value]));
  }

  /** Sets some or all of them. */
  set values(given) {
    for (const name of Object.keys(given)) {
      if (this.#controls.has(name)) continue;
      throw new DoorstepError('invalid-query', `No input is called "${name}"; there are ${[...this.#controls.keys()].join(', ')}.`);
    }
    for (const [name, value] of Object.entries(given)) this.#controls.get(name).value = value;
  }
}
