// The snippet that puts a widget on somebody else's page.

import { find } from './dom.js';

/** `element(address)` writes the widget's tag, with the addresses of this page's files. */
export function showEmbed(element) {
  const address = (path) => new URL(path, document.baseURI).href.split('#')[0];
  const code = `<script type="module"
  src="${address('./widgets.js')}"></script>

${element(address)}`;
  find('embed').textContent = code;
  find('copy').addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code);
      find('copied').textContent = 'Copied';
      find('copy').textContent = 'Copied';
      setTimeout(() => { find('copy').textContent = 'Copy'; }, 2000);
    } catch {
      // Without the clipboard (an http address, a refusal) the code is selected to copy by hand.
      getSelection().selectAllChildren(find('embed'));
      find('copied').textContent = 'The code is selected; copy it with the keyboard.';
    }
  });
}
