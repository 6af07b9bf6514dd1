// The switch between the bundle's models.

import { element, find } from './dom.js';

/** Lists the models with one of their figures; choosing one sets the widget's `model`. */
export function showModels(models, widget, measure) {
  const choices = models.map((model) => {
    const figure = model.evaluation?.metrics[measure.key];
    const input = element('input', { type: 'radio', name: 'model', value: model.name, checked: model.default });
    input.addEventListener('change', () => { widget.model = model.name; });
    const label = element('label', { className: 'pill' }, input, element('span', {}, model.name));
    if (figure !== undefined) {
      label.title = `${measure.name} on ${model.evaluation.cases} held-out ${measure.cases} (${model.evaluation.split})`;
      label.lastChild.append(element('small', {}, element('span', { className: 'visually-hidden' }, `${measure.name} `), measure.format(figure)));
    }
    return label;
  });
  find('models').append(element('span', { className: 'caption', ariaHidden: 'true' }, `Model and its ${measure.name}`), ...choices);
}
