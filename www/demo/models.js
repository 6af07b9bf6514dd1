// The switch between the bundle's models.

import { element, find } from './dom.js';
import { keepWish, wish } from './wishes.js';

/** What the shop's models are, each in a sentence. */
const SENTENCES = {
  'next-linear': 'A regression learnt from what was bought after what; the latest visit counts most.',
  'item-knn': 'What was bought by the people who bought what you looked at.',
  ease: 'A regression of every product on all others bought with it, in whatever order.',
  sasrec: 'A network: a small transformer that reads your visits in their order.',
  bsarec: 'A network: a small transformer whose attention is smoothed by a frequency filter.',
  ncf: 'A network of two vectors, yours and a product\'s; yours is worked out here from your visits.',
  'metadata-mf': 'The same, with each product\'s kind and price in its vector.',
  'tf-idf': 'Products described in the words of what you looked at; nobody need have bought them.',
  'item-vectors': 'Products whose vectors, made elsewhere, point where those of your visits do.',
  ensemble: 'A weighted sum of other models.',
  hybrid: 'Predicted rating, likeness to your visits and average rating in one.',
  als: 'Factors of who bought what; yours are worked out here from your visits.',
  'als-explicit': 'Factors of ratings, fitted by least squares; yours are worked out here.',
  svd: 'Factors of ratings: it predicts what you would give, which need not rank well.',
  bias: 'The average rating of each product, and how far you are from the average.',
  'recent-popularity': 'What was bought most of late: the same for everybody.',
  popularity: 'What was bought most: the same for everybody.',
};

const NO_REASON = 'Nothing in it says which visit led to a product, so its cards name no reason.';

function describe({ name, content }) {
  return [SENTENCES[name], content.neural && NO_REASON].filter(Boolean).join(' ');
}

/** Lists the models with one of their figures; choosing one sets the widget's `model` for the visit. */
export function showModels(models, widget, measure) {
  const key = `model ${widget.bundle}`;
  const chosen = models.find(({ name }) => name === wish(key));
  const note = find('model-note'); // the songs' room has none
  const tell = (model) => { if (note) note.textContent = describe(model); };
  const choices = models.map((model) => {
    const figure = model.evaluation?.metrics[measure.key];
    const input = element('input', { type: 'radio', name: 'model', value: model.name, checked: chosen ? model === chosen : model.default });
    input.addEventListener('change', () => {
      keepWish(key, model.name);
      widget.model = model.name;
      tell(model);
    });
    const label = element('label', { className: 'pill' }, input, element('span', {}, model.name));
    if (figure !== undefined) {
      label.title = `${measure.name} on ${model.evaluation.cases} held-out ${measure.cases} (${model.evaluation.split})`;
      label.lastChild.append(element('small', {}, element('span', { className: 'visually-hidden' }, `${measure.name} `), measure.format(figure)));
    }
    return label;
  });
  find('models').append(element('span', { className: 'caption', ariaHidden: 'true' }, `Model and its ${measure.name}`), ...choices);
  tell(chosen ?? models.find((model) => model.default));
  if (chosen) widget.model = chosen.name;
}
