// What <doorstep-anomaly> shows and does; widgets.d.ts describes it.

import { DoorstepError } from '../doorstep.js';
import { LazyPanel, ofPanel, panelOf } from '../panel.js';
import { DoorstepAnomaly, element, emit } from '../widgets.js';
import { pixelsOf } from './pixels.js';
import { sheet } from './style.js';
import { View } from './view.js';

const ATTRIBUTES = ['bundle', 'model', 'label', 'prototypes', 'camera'];
const MOST_PROTOTYPES = 64;

const fileOf = ({ files = [] }) => [...files].find(({ type }) => type.startsWith('image/')) ?? files[0];

/** The inside of one element. */
export class Panel extends LazyPanel {
  #view = new View((map) => this.#ask({ map }));
  #message = element('p', 'message', { hidden: true });
  #file = element('input', 'file', { type: 'file', accept: 'image/png,image/jpeg,image/webp' });
  #session; // AbortController of what the present bundle and model lead to
  #opening; // what it leads to, as a promise
  #bringing; // AbortController of the file that is being read
  #asking; // AbortController of the present picture
  #doorstep;
  #picture; // ImageData
  inspection;

  constructor(host) {
    super(host, sheet, ATTRIBUTES);
    this.#message.setAttribute('role', 'alert');
    const choose = element('label', 'choose', {}, 'Choose a picture', this.#file);
    const hint = element('p', 'hint', {}, 'or drop one here, or paste it. It stays in this browser.');
    const bring = element('div', 'bring', {}, choose, hint, element('slot', '', { name: 'samples' }), this.#message);
    this.panel.append(bring, this.#view.head, this.#view.stage, this.#view.finding, element('slot', '', { name: 'note' }));
    this.#file.onchange = () => {
      const file = fileOf(this.#file);
      this.#file.value = ''; // the same file may be chosen again
      if (file) this.inspect(file);
    };
  }

  connect() {
    super.connect();
    if (!this.host.isConnected) return;
    for (const type of ['dragover', 'dragleave', 'drop']) this.host.addEventListener(type, this.#dragged);
    document.addEventListener('paste', this.#pasted);
  }

  end() {
    this.#session?.abort();
    this.#bringing?.abort();
    this.#asking?.abort();
    for (const type of ['dragover', 'dragleave', 'drop']) this.host.removeEventListener(type, this.#dragged);
    document.removeEventListener('paste', this.#pasted);
    this.#doorstep = undefined;
  }

  changed(names) {
    if (names.includes('bundle') || names.includes('model')) this.connect();
    else if (names.includes('prototypes') && this.#picture && this.#doorstep) this.#ask();
    this.#label();
  }

  #label() {
    this.panel.ariaLabel = this.host.label;
    if (this.host.hasAttribute('camera')) this.#file.setAttribute('capture', this.host.camera || 'environment');
    else this.#file.removeAttribute('capture');
  }

  /** Loads the bundle; then pictures can be brought. */
  async open() {
    this.#session?.abort();
    const { signal } = (this.#session = new AbortController());
    return (this.#opening = this.#open(signal));
  }

  async #open(signal) {
    const { model } = this.host;
    try {
      const doorstep = await this.bundle();
      if (signal.aborted) return;
      const { models } = doorstep.manifest;
      const entry = model ? models.find(({ name }) => name === model) : models.find((own) => own.default);
      const pictures = entry?.content.pictures;
      if (!pictures) throw new DoorstepError('invalid-query', `${model || 'The default model'} of this bundle inspects no pictures.`);
      this.#doorstep = doorstep;
      this.#view.calibration = pictures.calibration;
      this.#view.evaluation = entry.evaluation;
      this.#label();
      this.show(true);
      if (this.#picture) await this.#ask();
    } catch (error) {
      if (signal.aborted) return;
      this.#session = undefined; // the next picture tries again
      this.fail(error);
    }
  }

  /** Inspects a picture, once the bundle is there; resolves when it is shown or refused. */
  async inspect(picture) {
    this.#bringing?.abort();
    const { signal } = (this.#bringing = new AbortController());
    try {
      const { width, height, pixels } = await pixelsOf(picture);
      if (signal.aborted) return;
      this.#picture = new ImageData(new Uint8ClampedArray(pixels), width, height);
    } catch (error) {
      if (!signal.aborted) this.#refuse(error);
      return;
    }
    if (this.#doorstep) await this.#ask();
    else await (this.#session ? this.#opening : this.open()); // perhaps asked for before it was in sight
  }

  async #ask({ map = this.#view.map } = {}) {
    this.#asking?.abort();
    const { signal } = (this.#asking = new AbortController());
    const picture = this.#picture;
    this.#message.hidden = true;
    this.#view.busy = true;
    try {
      const prototypes = Math.min(MOST_PROTOTYPES, this.host.prototypes);
      const inspection = await this.#doorstep.inspect(picture, { model: this.host.model || undefined, map, prototypes, signal });
      if (signal.aborted) return;
      this.inspection = inspection;
      this.#view.show(picture, inspection, map);
      this.status.textContent = this.#view.sentence;
      emit(this.host, 'inspection', { inspection, picture });
    } catch (error) {
      if (!signal.aborted) this.#refuse(error);
    } finally {
      if (!signal.aborted) this.#view.busy = false;
    }
  }

  /** A picture that can't be inspected leaves the last finding alone, which is said. */
  #refuse(error) {
    this.#message.textContent = this.inspection ? `${error.message} What is shown below is of the picture before.` : error.message;
    this.#message.hidden = false;
    emit(this.host, 'error', { error });
  }

  #dragged = (event) => {
    if (![...event.dataTransfer.types].includes('Files')) return;
    event.preventDefault();
    this.panel.toggleAttribute('data-over', event.type === 'dragover');
    const file = event.type === 'drop' && fileOf(event.dataTransfer);
    if (file) this.inspect(file);
  };

  #pasted = (event) => {
    const file = fileOf(event.clipboardData);
    const alone = document.querySelectorAll(this.host.localName).length === 1;
    if (!file || this.panel.hidden || !(alone || this.host.matches(':focus-within, :hover'))) return;
    event.preventDefault();
    this.inspect(file);
  };
}

Object.defineProperties(DoorstepAnomaly.prototype, {
  inspection: ofPanel('inspection'),
  inspect: { value(picture) { return panelOf(this)?.inspect(picture); }, configurable: true, writable: true },
});
