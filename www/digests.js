// What a page's import map says of integrity. Loaded where there is one.

/**
 * The digests of the page's import map, by address. Browsers hold a page's modules to them, but no worker's
 * and nothing that is fetched.
 */
export function digests() {
  const found = {};
  for (const { text } of document.querySelectorAll('script[type=importmap]')) {
    try {
      for (const [file, digest] of Object.entries(JSON.parse(text).integrity)) found[new URL(file, document.baseURI).href] = digest;
    } catch {} // no map, or one without digests
  }
  return found;
}
