// Songs to start from: one that is searched for, or any.

import { element, find } from './dom.js';

const SHOWN = 8;
const TYPING_PAUSE_MS = 150;

/** Lets the visitor set the sliders to a song's own features; returns what does that. */
export function showStart(doorstep, info, predict) {
  const search = find('song');
  const results = find('song-results');
  const status = find('song-status');
  const target = info.target.replaceAll('_', ' ');
  let asking = new AbortController();
  let pause;

  const called = (song) => song.name || song.id || 'a song'; // names may still be on their way
  const measured = (song) => info.classes[song.target] ?? song.target.toFixed(3);

  function tell(song) {
    find('origin').replaceChildren('From ', element('strong', {}, called(song)), `, whose ${target} is ${measured(song)}.`);
  }

  function start(song) {
    predict.values = song.features;
    tell(song);
    close();
  }

  function close() {
    clearTimeout(pause);
    asking.abort();
    results.hidden = true;
    results.replaceChildren();
  }

  async function look() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = search.value.trim();
    if (!text) {
      close();
      return;
    }
    try {
      const songs = await doorstep.findRows(text, { k: SHOWN, signal });
      if (signal.aborted) return;
      results.replaceChildren(...(songs.length ? songs.map(choice) : [element('li', { className: 'none', dataset: { testid: 'no-songs' } }, `No song has words that start so: “${text}”`)]));
      results.hidden = false;
      status.textContent = songs.length ? `${songs.length}${songs.length === SHOWN ? ' or more' : ''} songs found` : 'No song found';
    } catch (error) {
      if (signal.aborted) return;
      results.replaceChildren(element('li', { className: 'none' }, error.message));
      results.hidden = false;
    }
  }

  function choice(song) {
    const button = element('button', { type: 'button' }, element('span', {}, called(song)), element('small', {}, measured(song)));
    button.addEventListener('click', () => {
      start(song);
      search.value = '';
      search.focus();
    });
    return element('li', {}, button);
  }

  search.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(look, TYPING_PAUSE_MS);
  });
  find('song-form').addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(pause);
    look();
  });
  find('song-form').addEventListener('keydown', (event) => {
    const buttons = [...results.querySelectorAll('button')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' && !results.hidden) {
      event.preventDefault();
      close();
      search.focus();
    } else if (step && buttons.length) {
      event.preventDefault();
      (buttons[buttons.indexOf(document.activeElement) + step] ?? search).focus();
    }
  });
  for (const leaves of ['focusin', 'pointerdown']) {
    document.addEventListener(leaves, ({ target }) => {
      if (!find('song-form').contains(target)) close();
    });
  }
  find('surprise').addEventListener('click', async () => {
    try {
      const [song] = await doorstep.rows([Math.floor(Math.random() * info.rows)]);
      start(song);
    } catch (error) {
      find('origin').textContent = `No song can be had now. ${error.message}`;
    }
  });
  predict.addEventListener('doorstep:select', ({ detail }) => tell(detail.row));
  find('start').hidden = false;
  return start;
}
