// The page of a publication: whole addresses in what is to be pasted, and a button that copies it.

const root = new URL(document.body.dataset.root, document.baseURI).href;

/** What a policy calls an inline script. Only secure pages may work it out. */
async function source(script) {
  if (!globalThis.crypto?.subtle) return 'open this page by https to see it';
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script)));
  return `'sha256-${btoa(String.fromCharCode(...digest))}'`;
}

const codes = [...document.querySelectorAll('.snippet code')];

// As `doorstep serve` shows it: what is pasted from here works for nobody else.
if (codes.length && /^(localhost|127\..*|\[::1\])$/.test(location.hostname)) {
  const notice = Object.assign(document.createElement('p'), {
    className: 'notice',
    textContent: 'This is a preview on your own machine, whose addresses nobody else can reach. Upload the folder, then copy from this page there.',
  });
  document.querySelector('h1').after(notice);
}

for (const code of codes) {
  code.textContent = code.textContent.replaceAll('"./', `"${root}`).replaceAll('{origin}', location.origin).replaceAll('{path}', new URL(root).pathname);
}
const [, map] = /<script type="importmap">([^<]*)/.exec(codes.map((code) => code.textContent).join('')) ?? [];
for (const code of codes) {
  if (code.textContent.includes('{importmap}')) code.textContent = code.textContent.replaceAll('{importmap}', await source(map));
}

for (const snippet of document.querySelectorAll('.snippet')) {
  const code = snippet.querySelector('code');
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
