// The page of a publication: whole addresses in what is to be pasted, and a button that copies it.

const root = new URL(document.body.dataset.root, document.baseURI).href;

for (const snippet of document.querySelectorAll('.snippet')) {
  const code = snippet.querySelector('code');
  code.textContent = code.textContent.replaceAll('="./', `="${root}`).replaceAll('{origin}', location.origin).replaceAll('{path}', new URL(root).pathname);
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Copy' });
  const status = document.createElement('span');
  status.setAttribute('role', 'status');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      status.textContent = 'Copied';
    } catch {
      // Without the clipboard (an http address, a refusal) the code is selected to copy by hand.
      getSelection().selectAllChildren(code);
      status.textContent = 'The code is selected; copy it with the keyboard.';
    }
  });
  snippet.append(button, status);
}
