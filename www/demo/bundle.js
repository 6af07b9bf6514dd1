// The shop's bundle, asked for as soon as the page can ask. A module of its own
// and async, so that the worker starts while the rest of the page is on its way.

import { shareBundle } from '../widgets.js';
import { wish } from './wishes.js';

/** What the page may wish its networks to run on, and what that is called. */
export const DEVICES = { auto: 'Auto', cpu: 'Processor', webgpu: 'WebGPU' };

const wished = wish('device');

/** What this visit wishes its networks to run on. */
export const device = wished in DEVICES ? wished : 'auto';

/** The page's Doorstep, once loaded. */
export const opening = shareBundle('./bundle/', {
  device,
  onProgress({ loaded, total }) {
    const bar = document.getElementById('progress'); // perhaps not parsed yet
    if (bar) bar.value = loaded / total;
  },
}).ready;
opening.catch(() => {}); // demo.js, which may come later, says what went wrong
