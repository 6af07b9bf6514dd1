// What <doorstep-predict> shows and does; widgets.d.ts describes it.

import { LazyPanel, ofPanel, panelOf } from '../panel.js';
import { DoorstepPredict, element, emit } from '../widgets.js';
import { Answer } from './answer.js';
import { coalesced } from './coalesce.js';
import { Inputs } from './inputs.js';
import { sheet } from './style.js';

/** A hand that rests so long has settled: names are fetched, and a screen reader is told. */
const SETTLED_AFTER_MS = 250;
/** Training rows that are asked which categories are usual. */
const ASKED = 99;
const ATTRIBUTES = ['bundle', 'model', 'limit', 'label', 'noun'];

/** The commonest category of each categorical feature. */
async function commonest(doorstep, info, model) {
  const features = info.features.filter(({ categories }) => categories.length);
  if (!features.length) return {};
  const step = Math.max(1, Math.floor(info.rows / ASKED));
  const numbers = Array.from({ length: Math.min(ASKED, info.rows) }, (_, n) => n * step);
  const rows = await doorstep.rows(numbers, model, { names: false });
  return Object.fromEntries(features.map(({ name, categories }) => {
    const counts = new Map(categories.map((category) => [category, 0]));
    for (const row of rows) counts.set(row.features[name], counts.get(row.features[name]) + 1);
    return [name, categories.reduce((best, category) => (counts.get(category) > counts.get(best) ? category : best))];
  }));
}

/** The page's ground behind an element, for what lies over its inputs; the browser's own where there is none. */
function groundBehind(host) {
  for (let own = host; own; own = own.assignedSlot ?? own.parentElement ?? own.getRootNode().host) {
    const { backgroundColor } = getComputedStyle(own);
    const isClear = backgroundColor === 'transparent' || /^rgba|\//.test(backgroundColor);
    if (!isClear) return backgroundColor;
  }
  return 'Canvas';
}

/** The inside of one element. */
export class Panel extends LazyPanel {
  #session; // AbortController of what the present bundle and model lead to
  #inputs;
  #answer;
  #ask = () => {};
  #given = {}; // values that were set before there were inputs
  #naming; // AbortController of the names that are being fetched
  #settling;
  info;
  prediction;

  constructor(host) {
    super(host, sheet, ATTRIBUTES);
  }

  changed(names) {
    if (names.includes('bundle')) {
      this.#clear();
      this.info = this.#inputs = this.#answer = undefined; // another bundle has other inputs
      this.connect();
    } else if (names.includes('model')) {
      this.open();
    } else if (this.#answer) {
      this.#answer.limit = this.host.limit;
      this.#ask();
    }
  }

  end() {
    this.#session?.abort();
    this.#naming?.abort();
    clearTimeout(this.#settling);
    this.#ask = () => {};
  }

  /** Opens the bundle's model, with the inputs as they are where it has the same. */
  async open() {
    this.end();
    const { model } = this.host;
    const { signal } = (this.#session = new AbortController());
    try {
      const doorstep = await this.bundle();
      const info = await doorstep.features(model || undefined, { signal });
      const usual = await commonest(doorstep, info, model || undefined);
      if (signal.aborted) return;
      const given = this.#given;
      this.#given = {}; // also where it names no input
      this.#build(info, { ...usual, ...this.#kept(info), ...given });
      this.#ask = coalesced(() => this.#predict(doorstep, model || undefined, signal));
      await this.#ask();
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  #kept(info) {
    const names = ({ features }) => JSON.stringify(features.map(({ name }) => name));
    return this.info && names(this.info) === names(info) ? this.#inputs.values : {};
  }

  #build(info, values) {
    const language = this.host.closest('[lang]')?.lang || undefined;
    const inputs = new Inputs(info.features, language, () => this.#ask());
    inputs.values = values;
    const answer = new Answer(this.host, info, language);
    answer.limit = this.host.limit;
    const controls = element('div', 'inputs', {}, ...inputs.nodes);
    controls.setAttribute('role', 'group');
    controls.ariaLabel = 'Inputs';
    this.panel.replaceChildren(answer.head, element('div', 'side', {}, element('slot', '', { name: 'start' }), controls), answer.reasons);
    this.info = info;
    this.#inputs = inputs;
    this.#answer = answer;
  }

  async #predict(doorstep, model, signal) {
    this.#naming?.abort(); // it would keep the engine waiting
    clearTimeout(this.#settling);
    const { values } = this.#inputs;
    try {
      // Names that would have to be fetched wait until the hand rests.
      const prediction = await doorstep.predict(values, { model, neighbours: this.host.limit, names: false, signal });
      if (signal.aborted) return;
      this.#show(prediction, values, false);
      this.#naming = new AbortController();
      const naming = AbortSignal.any([signal, this.#naming.signal]);
      this.#settling = setTimeout(() => this.#settle(doorstep, model, naming, prediction, values), SETTLED_AFTER_MS);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  async #settle(doorstep, model, signal, prediction, values) {
    const nameless = prediction.neighbours.filter((row) => !row.id);
    try {
      const found = nameless.length ? await doorstep.rows(nameless.map(({ row }) => row), model, { signal }) : [];
      found.forEach(({ id, name }, at) => Object.assign(nameless[at], { id, name }));
    } catch (error) {
      if (signal.aborted) return;
      for (const row of nameless) row.name = `No. ${row.row + 1}`; // the prediction is right without names
      emit(this.host, 'error', { error });
    }
    if (signal.aborted) return;
    this.#show(prediction, values, true);
    const said = this.#answer.summary;
    if (this.status.textContent !== said) this.status.textContent = said;
  }

  #show(prediction, values, settled) {
    this.prediction = prediction;
    this.#answer.show(prediction);
    this.panel.ariaLabel = this.host.label;
    this.panel.style.setProperty('--_ground', groundBehind(this.host)); // a page may have changed its colours
    this.show(true);
    emit(this.host, 'prediction', { prediction, values, settled });
  }

  #clear() {
    this.prediction = undefined;
    this.show(false);
    this.status.textContent = '';
  }

  fail(error) {
    this.#clear();
    super.fail(error);
  }

  get values() { return this.#inputs?.values ?? this.#given; }

  set values(given) {
    this.catchUp(); // another bundle, perhaps
    if (!this.#inputs) {
      this.#given = { ...this.#given, ...given };
      return;
    }
    this.#inputs.values = given;
    this.#ask();
  }
}

Object.defineProperties(DoorstepPredict.prototype, {
  info: ofPanel('info'),
  prediction: ofPanel('prediction'),
  values: {
    ...ofPanel('values'),
    set(value) {
      const panel = panelOf(this);
      if (panel) panel.values = value;
      // Before it is on the page there is no panel: the property is taken over then.
      else Object.defineProperty(this, 'values', { value, writable: true, configurable: true, enumerable: true });
    },
  },
});
