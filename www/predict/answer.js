// What a prediction shows: the value, how unusual the point is, and the rows that led to it.

import { element, emit } from '../widgets.js';
import { spoken } from './inputs.js';
import { formatOf, numberFormat } from './scale.js';

/** Classes whose share of the votes is shown. */
const CLASSES = 5;
const NAMED_IN_STATUS = 3;
/** From this percentage of the training rows on. */
const NOVELTY = [[99, 'Very unusual'], [90, 'Unusual'], [50, 'Less usual'], [0, 'Usual']];

const hidden = (text) => element('span', 'hidden', {}, text);
const column = (text) => element('span', 'column', {}, text);
const fixed = (language, digits) => numberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A line that stays in its place and takes another row's text. */
class Line {
  node = element('li', 'neighbour');
  #name = element('span', 'title', { dir: 'auto' });
  #value = element('span', 'number');
  #counted = hidden(', counts as ');
  #adjusted = element('span', 'adjusted');
  #distance = element('span', 'distance');
  #share = element('span', 'share');
  #bar = element('span', 'bar', { ariaHidden: 'true' });

  #written;

  /** `written` says how numbers are. */
  constructor(target, written, choose) {
    this.#written = written;
    const button = element('button', 'row', { type: 'button', onclick: () => choose(this.row) },
      this.#name, hidden(`, ${target} `), this.#value, this.#counted, this.#adjusted, hidden(', distance '), this.#distance, hidden(', share '), this.#share, this.#bar);
    this.node.append(button);
  }

  /** `most` is the largest share; `moved` tells whether values count as others here. */
  show(row, format, most, moved) {
    this.row = row;
    this.node.hidden = false;
    this.#name.textContent = row.name || row.id || '…';
    this.#value.textContent = format(row.target);
    this.#counted.hidden = !moved;
    this.#adjusted.textContent = moved ? format(row.adjusted) : '';
    this.#distance.textContent = this.#written.distance.format(row.distance);
    this.#share.textContent = this.#written.percent(row.weight);
    this.#bar.style.inlineSize = `${(Math.abs(row.weight) / most) * 100}%`;
  }
}

/** The result's side of the panel. */
export class Answer {
  #host;
  #info;
  #number;
  #written; // how distances and shares are
  #value = element('p', 'value');
  #mark = element('span', 'mark');
  #classes = element('ul', 'classes');
  #word = element('strong', 'word');
  #rarity = element('span');
  #novelty = element('p', 'novelty', {}, this.#word, this.#rarity);
  #explanation = element('p', 'explanation');
  #unseen = element('p', 'unseen');
  #heading = element('p', 'heading');
  #here = column('');
  #list = element('ol', 'neighbours');
  #lines = [];
  #rows;
  #shown;
  head; // what stays in sight beside the inputs
  reasons;

  constructor(host, info, language) {
    this.#host = host;
    this.#info = info;
    const tenths = fixed(language, 1);
    this.#written = { distance: fixed(language, 2), percent: (share) => `${tenths.format(share * 100)} %` };
    const [least, most] = info.range;
    const written = info.classes.length ? undefined : formatOf({ least, most }, language);
    this.#rows = formatOf({ least: 0, most: info.rows, whole: true }, language).format(info.rows);
    this.#number = (value) => (written ? written.format(value) : info.classes[value]);
    this.#list.setAttribute('role', 'list');
    this.#classes.setAttribute('role', 'list');
    this.#classes.append(...info.classes.slice(0, CLASSES).map(() => element('li', 'class', {}, element('span', 'title'), element('span', 'share'), element('span', 'bar'))));
    const scale = written
      ? element('div', 'scale', { ariaHidden: 'true' }, element('span', 'least', {}, written.format(least)), element('span', 'track', {}, this.#mark), element('span', 'most', {}, written.format(most)))
      : this.#classes;
    const columns = element('p', 'columns', { ariaHidden: 'true' }, element('span', 'title'),
      column(spoken(info.target)), this.#here, column('distance'), column('share'));
    this.head = element('div', 'head', {}, element('p', 'target', {}, spoken(info.target)), this.#value, scale, this.#novelty);
    this.reasons = element('div', 'reasons', {},
      element('slot', '', { name: 'figure' }), this.#heading, columns, this.#list, this.#unseen, this.#explanation);
  }

  /** Holds the places of as many rows. */
  set limit(wanted) {
    const limit = Math.min(wanted, this.#info.rows);
    while (this.#lines.length > limit) this.#lines.pop().node.remove();
    while (this.#lines.length < limit) {
      const line = new Line(spoken(this.#info.target), this.#written, (row) => this.#choose(row));
      this.#lines.push(line);
      this.#list.append(line.node);
    }
  }

  #choose(row) {
    if (emit(this.#host, 'select', { id: row.id, row }, true)) this.#host.values = row.features;
  }

  show(prediction) {
    this.#shown = prediction;
    const { value, neighbours, unseen } = prediction;
    this.#value.textContent = this.#number(value);
    const [least, most] = this.#info.range;
    if (most > least) this.#mark.style.insetInlineStart = `${((value - least) / (most - least)) * 100}%`;
    this.#showClasses(prediction);
    this.#showNovelty(prediction);
    const moved = neighbours.some((row) => row.adjusted !== row.target);
    this.#here.textContent = moved ? 'here' : '';
    const weight = Math.max(...neighbours.map((row) => Math.abs(row.weight)), Number.MIN_VALUE);
    this.#lines.forEach((line, at) => {
      if (neighbours[at]) line.show(neighbours[at], this.#number, weight, moved);
      else line.node.hidden = true;
    });
    this.#unseen.hidden = !unseen.length;
    this.#unseen.textContent = `In training there is no such ${unseen.map(spoken).join(' and no such ')}.`;
    this.#explain(prediction, moved);
  }

  #showClasses({ shares }) {
    const largest = shares.map((share, at) => [share, at]).sort(([a], [b]) => b - a);
    [...this.#classes.children].forEach(({ children: [title, share, bar] }, at) => {
      const [votes, number] = largest[at];
      title.textContent = this.#info.classes[number];
      share.textContent = this.#written.percent(votes);
      bar.style.inlineSize = `${votes * 100}%`;
    });
  }

  #showNovelty({ novelty }) {
    this.#novelty.hidden = novelty == null;
    if (novelty == null) return;
    const [, word] = NOVELTY.find(([from]) => novelty >= from);
    this.#word.textContent = `${word}:`;
    this.#rarity.textContent = ` further from its neighbours than ${Math.floor(novelty)} % of the ${this.#host.noun} are from theirs.`;
  }

  #explain({ neighbours, used }, moved) {
    const { noun } = this.#host;
    this.#heading.textContent = this.#list.ariaLabel = `Nearest ${noun}`;
    const share = this.#written.percent(neighbours.reduce((sum, row) => sum + row.weight, 0));
    const what = this.#info.classes.length ? 'The votes' : 'The weighted mean';
    const why = moved ? ' A line fitted among them moves each value to these inputs: it counts as what stands under “here”.' : '';
    this.#explanation.textContent = `${what} of ${used} of the ${this.#rows} ${noun}. Those listed hold ${share} of the weight.${why}`;
  }

  /** The answer in a sentence or two. */
  get summary() {
    const { value, neighbours } = this.#shown;
    const names = neighbours.slice(0, NAMED_IN_STATUS).map((row) => row.name || row.id);
    return `${spoken(this.#info.target)} ${this.#number(value)}. ${this.#novelty.textContent} Nearest: ${names.join(', ')}.`;
  }
}
