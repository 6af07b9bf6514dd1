// What is said of an engine that can't do what was asked. The worker fetches this only then.

/** An engine without models of tables, asked for what those answer. */
export const NO_TABLE = 'this bundle has no model of a table. Publish one: doorstep train knn-local --table FILE.';

/** Why the processor answers a page that wants `engine` to run on the graphics card. */
export function whyCpu(engine) {
  return engine === 'cpu'
    ? 'This release has no engine for WebGPU: its networks run on the processor.'
    : 'No model of this bundle is a network: none gains by WebGPU.';
}
