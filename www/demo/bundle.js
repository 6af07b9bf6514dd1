// The shop's bundle, asked for as soon as the page can ask. A module of its own,
// so that the worker starts while the rest of the page's code is on its way.

import { shareBundle } from '../widgets.js';
import { find } from './dom.js';

/** The page's Doorstep, once loaded. */
export const opening = shareBundle(find('for-you').bundle, {
  onProgress: ({ loaded, total }) => { find('progress').value = loaded / total; },
}).ready;
