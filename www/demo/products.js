// The range: popular items by category, or what a search finds.

import { element, find, itemAddress, picture, title } from './dom.js';
import { formatCount, formatPrice, formatRating } from './figures.js';

const PAGE = 24;
const MOST = 1000; // as many as one query gives
const TYPING_PAUSE_MS = 120;
const CATEGORY = 'category';

function card(item) {
  return element('li', {},
    element('a', { className: 'card', href: itemAddress(item.id), dataset: { id: item.id } },
      picture(item, 320),
      element('span', { className: 'card-brand' }, item.attributes?.brand?.[0] ?? item.attributes?.category?.[0] ?? ''),
      element('span', { className: 'card-title' }, title(item)),
      element('span', { className: 'card-price' }, formatPrice(item.price),
        element('span', { className: 'card-rating' }, element('span', { className: 'visually-hidden' }, item.rating == null ? '' : 'rated'), formatRating(item.rating)))));
}

/** Holds the products' places while they load. */
export function showPlaces() {
  find('products').replaceChildren(...Array.from({ length: PAGE / 2 }, () => element('li', { className: 'place', ariaHidden: 'true' })));
}

/** Shows the range and answers search box, chips and "show more". */
export function showProducts(doorstep) {
  const { catalogue } = doorstep.manifest;
  const search = find('search');
  let category = '';
  let limit = PAGE;
  let asking = new AbortController();

  async function show() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = search.value.trim();
    const filter = category ? { [CATEGORY]: category } : undefined;
    const k = Math.min(limit + 1, MOST); // one more tells whether there are more
    try {
      const found = text
        ? await doorstep.search(text, { k, filter, signal })
        : (await doorstep.recommend({ history: [], k, filter }, { signal })).map((hit) => hit.item);
      if (!signal.aborted) draw(found, text);
    } catch (error) {
      if (!signal.aborted) fail(error);
    }
  }

  function draw(found, text) {
    const shown = found.slice(0, limit);
    const more = found.length > limit;
    const count = formatCount(shown.length) + (more || shown.length === MOST ? '+' : '');
    find('browse-title').textContent = text ? `Results for “${text}”` : category || 'Popular now';
    find('browse-count').textContent = text ? `${count} found` : `${count} of ${formatCount(total())}`;
    find('products').replaceChildren(...(shown.length ? shown.map(card) : [nothing(text)]));
    find('more').hidden = !more;
    if (text) bringIntoView();
  }

  function total() {
    if (!category) return catalogue.items;
    return categories().find(({ value }) => value === category).count;
  }

  function nothing(text) {
    if (!text) {
      // A bundle of item records alone, or of factors trained elsewhere.
      return element('li', { className: 'nothing', dataset: { testid: 'no-results' } }, element('strong', {}, 'Nothing is known to be popular yet'), element('span', {}, 'Search for a product to start with.'));
    }
    const suggestion = category ? `No ${category} product has words that start so. Try all categories.` : 'Try the start of another word, or pick a category.';
    return element('li', { className: 'nothing', dataset: { testid: 'no-results' } }, element('strong', {}, `Nothing found for “${text}”`), element('span', {}, suggestion));
  }

  function fail(error) {
    find('browse-count').textContent = '';
    find('more').hidden = true;
    find('products').replaceChildren(element('li', { className: 'nothing', dataset: { testid: 'products-error' } }, element('strong', {}, 'This part of the catalogue can’t be read.'), element('span', {}, error.message)));
  }

  // The box is in the header and the results may be below the fold.
  function bringIntoView() {
    const section = find('browse');
    const { top } = section.getBoundingClientRect();
    if (top < 0 || top > innerHeight * 0.5) section.scrollIntoView({ block: 'start' });
  }

  function categories() {
    return catalogue.attributes.find(({ name }) => name === CATEGORY)?.values ?? [];
  }

  function showCategories() {
    const choices = [{ value: '', label: 'Everything' }, ...categories().map(({ value }) => ({ value, label: value }))];
    if (choices.length === 1) return;
    const buttons = choices.map(({ value, label }) => {
      const button = element('button', { type: 'button', className: 'tag', ariaPressed: String(value === category), dataset: { category: value } }, label);
      button.addEventListener('click', () => {
        category = value;
        limit = PAGE;
        for (const other of buttons) other.ariaPressed = String(other === button);
        show();
      });
      return button;
    });
    find('categories').replaceChildren(...buttons);
  }

  let pause;
  search.addEventListener('input', () => {
    clearTimeout(pause);
    limit = PAGE;
    pause = setTimeout(show, search.value ? TYPING_PAUSE_MS : 0);
  });
  find('search-form').addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(pause);
    show();
  });
  find('search-form').hidden = !catalogue.searchable;
  find('more').addEventListener('click', async () => {
    const first = limit;
    limit += PAGE;
    await show();
    find('products').children[first]?.firstElementChild.focus();
  });
  showCategories();
  return show();
}
