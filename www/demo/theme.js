// Light or dark: the system's choice until the visitor makes one. A classic
// script in the head, so that the page never flashes in the other colours.
(() => {
  const KEY = 'doorstep:theme';
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  try {
    root.dataset.theme = localStorage.getItem(KEY) ?? '';
  } catch {
    root.dataset.theme = ''; // storage is blocked: the choice lasts as long as the page
  }
  const isDark = () => (root.dataset.theme || (system.matches ? 'dark' : 'light')) === 'dark';

  addEventListener('DOMContentLoaded', () => {
    const button = document.querySelector('#theme');
    const show = () => button.setAttribute('aria-pressed', isDark());
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      try {
        localStorage.setItem(KEY, root.dataset.theme);
      } catch {
        // as above
      }
      show();
    });
    system.addEventListener('change', show);
    show();
  });
})();
