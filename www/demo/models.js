// The switch between the bundle's models.

import { element, find } from './dom.js';
import { formatShare } from './figures.js';

const MEASURE = 'recall@10';

/** Lists the models; choosing one sets the shelf's `model`. */
export function showModels(models, shelf) {
  const choices = models.map((model) => {
    const recall = model.evaluation?.metrics[MEASURE];
    const input = element('input', { type: 'radio', name: 'model', value: model.name, checked: model.default });
    input.addEventListener('change', () => { shelf.model = model.name; });
    const label = element('label', { className: 'pill' }, input, element('span', {}, model.name));
    if (recall !== undefined) {
      label.title = `${MEASURE} on ${model.evaluation.cases} held-out histories (${model.evaluation.split})`;
      label.lastChild.append(element('small', {}, element('span', { className: 'visually-hidden' }, `${MEASURE} `), formatShare(recall)));
    }
    return label;
  });
  find('models').append(element('span', { className: 'caption', ariaHidden: 'true' }, `Model and its ${MEASURE}`), ...choices);
}
