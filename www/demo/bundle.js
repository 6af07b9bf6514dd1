// The shop's bundle, asked for as soon as the page can ask. A module of its own
// and async, so that the worker starts while the rest of the page is on its way.

import { shareBundle } from '../widgets.js';

/** The page's Doorstep, once loaded. */
export const opening = shareBundle('./bundle/', {
  onProgress({ loaded, total }) {
    const bar = document.getElementById('progress'); // perhaps not parsed yet
    if (bar) bar.value = loaded / total;
  },
}).ready;
opening.catch(() => {}); // demo.js, which may come later, says what went wrong
