// Which engine answers a query that the bundle's first engine can't. The worker fetches this only
// where a bundle has models of several engines, or a page asks for what the engine at hand lacks.

const refusal = (message) => Object.assign(new Error(message), { code: 'invalid-query' });

const hasRows = ({ content }) => !!(content['item-item'] ?? content.ensemble?.some(hasRows));

/** What similar items are read from where a query names no model, as an engine that runs all models has it. */
function similarModel(models) {
  const preferred = models.find((model) => model.name === 'item-knn' && hasRows(model));
  return preferred ?? models.find(hasRows) ?? models.find(({ content }) => content.factors?.rank > 0);
}

/** The model that a query is about, if any; an engine that lacks it would not list it among those that there are. */
function modelOf({ method, args }, models) {
  if (args.model === undefined) return method === 'similar' ? similarModel(models) : models.find((model) => model.default);
  const model = models.find(({ name }) => name === args.model);
  if (model) return model;
  throw refusal(`this bundle has no model "${args.model}"; it has ${models.map(({ name }) => name).join(', ')}`);
}

/**
 * The engine for a query, as `{ name, engine }`: the one `at` hand or, where the query's model
 * needs another of the `engines`, one that takes its place, since it also runs all that came
 * before. Where that can't be had the query fails, and the engine at hand stays.
 */
export async function suited(job, at, engines, start, fileBytes) {
  const models = at.engine.manifest().models.filter(({ engine }) => engines.includes(engine));
  const model = modelOf(job, models);
  if (engines.indexOf(model?.engine) > engines.indexOf(at.name)) {
    const { Engine } = await start(job, model.engine, job.controller.signal);
    const engine = await Engine.load(fileBytes);
    at.engine.free();
    return { name: model.engine, engine };
  }
  if (at.engine[job.method]) return at;
  const [kind, how] = job.method === 'inspect'
    ? ['pictures', 'of pictures. Publish one: doorstep train salad --images FOLDER --normal LABEL.']
    : ['knn', 'of a table. Publish one: doorstep train knn-local --table FILE.'];
  const able = models.filter(({ content }) => content[kind]).map(({ name }) => name);
  throw refusal(able.length
    ? `only a model of ${kind === 'knn' ? 'a table predicts' : 'pictures inspects them'}; name one of this bundle's: ${able.join(', ')}`
    : `this bundle has no model ${how}`);
}
