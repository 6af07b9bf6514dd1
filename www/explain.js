// What is wrong with arguments, in words. Loaded when something is.

import { DoorstepError } from './doorstep.js';

const DEVICES = ['auto', 'cpu', 'webgpu'];
const OPTIONS = ['device', 'history', 'onProgress', 'signal', 'workerUrl', 'inPage', 'timeoutMs'];
const EVENT_FIELDS = ['item', 'rating', 'time'];

const refused = (message) => new DoorstepError('invalid-query', message);
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value) => Number.isInteger(value) && value >= 0;
const isText = (value) => typeof value === 'string';
const ids = [(value) => Array.isArray(value) && value.every(isText), "a list of ids, such as ['B01']"];

const FIELDS = {
  k: [isCount, 'a whole number, such as 10'],
  prototypes: [isCount, 'a whole number, such as 3'],
  neighbours: [isCount, 'a whole number, such as 8'],
  item: [isText, 'the id of an item'],
  text: [isText, 'text'],
  model: [isText, 'the name of a model'],
  map: [isText, "'reconstruction' or 'occlusion', or leave it out"],
  allow: ids,
  deny: ids,
  explain: [(value) => typeof value === 'boolean', 'true or false'],
  rows: [(value) => Array.isArray(value) && value.every(isCount), 'a list of row numbers, such as [0, 1]'],
};

/** Of options that load() does not take. */
export function badOptions({ device, timeoutMs, unknown }) {
  const [wrong] = Object.keys(unknown);
  if (wrong) return refused(`load has no option "${wrong}"; it has ${OPTIONS.join(', ')}.`);
  if (!DEVICES.includes(device)) return refused(`device is ${JSON.stringify(device)}; choose one of ${DEVICES.join(', ')}.`);
  return refused(`timeoutMs is ${timeoutMs}; give a number above 0.`);
}

/** Of one entry of a history; nothing where it can be meant. */
function wrongEvent(event, index) {
  const where = `history[${index}]`;
  if (['string', 'number'].includes(typeof event)) return undefined;
  if (!['string', 'number'].includes(typeof event?.item)) return `${where} is no id and no { item: 'ID' }.`;
  for (const [field, value] of Object.entries(event)) {
    if (!EVENT_FIELDS.includes(field)) return `${where}: it has no field "${field}"; the fields are ${EVENT_FIELDS.join(', ')}.`;
    if (field !== 'item' && value != null && !Number.isFinite(value)) return `${where}: ${field} is ${value}; give a finite number or leave it out.`;
  }
  return undefined;
}

/** Of a query that is not sent. */
export function badQuery(query) {
  if (!isObject(query)) return refused('The query is no object. Give one, such as { history: [], k: 10 }.');
  const { history, filter } = query;
  if (history != null && !Array.isArray(history)) return refused(`history is no array but a ${typeof history}. Give a list of ids or of { item, rating, time }.`);
  const wrong = history?.map(wrongEvent).find(Boolean);
  if (wrong) return refused(wrong);
  return refused(`filter is ${JSON.stringify(filter)}. Give attribute names with values, such as { category: 'Straps' }.`);
}

/** The engine's `error`, or a better one. */
export function explained(query, error) {
  if (error.code === 'outdated') {
    return new DoorstepError('network', `${error.file}: files that it names are missing, and of the bundle that was opened anew too. Upload the whole folder, and have every server behind the address send the same manifest.json.`, error);
  }
  if ('signal' in query) return refused('signal stands in the options that follow: recommend(query, { signal }).');
  for (const [field, [is, wanted]] of Object.entries(FIELDS)) {
    if (field in query && !is(query[field])) return refused(`${field} is ${JSON.stringify(query[field])}; give ${wanted}.`);
  }
  return error;
}
