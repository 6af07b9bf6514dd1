// Times a model in a worker of its own, so that the shop's queries and what they hold don't count.

import { Doorstep } from '../doorstep.js';

const RUNS = 30;
/** A slow model is asked less often. */
const LONGEST_MS = 2000;
/** Longer histories are cut: this is about models, not about one visitor. */
const HISTORY = 20;
/** Popular items that stand for the history of somebody who has none. */
const STAND_IN = 5;

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** The history that models are measured with, and what to call it. */
export async function measuredHistory(doorstep, visits) {
  const own = visits.list().slice(-HISTORY);
  if (own.length) return { history: own, called: own.length === 1 ? 'your visit' : `your ${own.length} visits` };
  const popular = await doorstep.recommend({ history: [], k: STAND_IN });
  return { history: popular.map(({ id }) => id), called: `the ${popular.length} most popular products, since you looked at none` };
}

/**
 * Loads the bundle anew and asks for the same list again and again. Resolves to `bytes` (engines,
 * catalogue and model until the first list; 0 where the browser tells no sizes of engines), and the
 * `milliseconds` of the middle one of `runs` lists after it, `device` that answered, and `reason`
 * if that isn't the one asked for.
 */
export async function measure(bundle, query, device, signal) {
  const workerUrl = new URL('./first-visit.js', import.meta.url);
  const doorstep = await Doorstep.load(bundle, { device, signal, workerUrl });
  try {
    let cost;
    doorstep.addEventListener('query', ({ detail }) => { cost = detail; });
    await doorstep.recommend(query, { signal });
    const files = doorstep.loadCost.bytes + cost.bytes;
    const times = [];
    const end = performance.now() + LONGEST_MS;
    while (!times.length || (times.length < RUNS && performance.now() < end)) {
      await doorstep.recommend(query, { signal });
      times.push(cost.milliseconds);
    }
    return { bytes: cost.engineBytes && files + cost.engineBytes, milliseconds: middle(times), runs: times.length, device: cost.device, reason: cost.deviceReason };
  } finally {
    doorstep.dispose();
  }
}
