// A picture in whatever form a page has it, as the bytes that the engine takes. A file's kind, size and end are
// looked at before the browser decodes it.

import { DoorstepError } from '../doorstep.js';

/** Most pixels of a picture, as the trainer has it. */
const MOST_PIXELS = 40e6;
/** Larger ones are made smaller, since not every browser has a larger canvas. */
const CANVAS_PIXELS = 16e6;

const refused = (message) => new DoorstepError('invalid-query', message);
const ascii = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));
const big = (bytes, at) => bytes[at] * 256 + bytes[at + 1];
const little = (bytes, at, n) => bytes.subarray(at, at + n).reduceRight((sum, byte) => sum * 256 + byte, 0);

/** Width and height of a PNG file; nothing where it is cut off. Something may follow its end. */
function png(bytes) {
  let end = bytes.length - 8;
  while (end > 32 && !(bytes[end] === 73 && ascii(bytes, end, end + 4) === 'IEND')) end--;
  const whole = end > 32;
  return whole && [big(bytes, 16) * 65536 + big(bytes, 18), big(bytes, 20) * 65536 + big(bytes, 22)];
}

/** The same of a JPEG file: its end is marked after its last scan. */
function jpeg(bytes) {
  const last = (mark) => {
    for (let at = bytes.length - 2; at >= 0; at--) if (bytes[at] === 255 && bytes[at + 1] === mark) return at;
    return -1;
  };
  if (last(0xd9) <= last(0xda)) return undefined;
  for (let at = 2; at + 9 < bytes.length; at += 2 + big(bytes, at + 2)) {
    while (bytes[at] === 255 && bytes[at + 1] === 255) at++;
    const mark = bytes[at + 1];
    const isFrame = mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark);
    if (isFrame) return [big(bytes, at + 7), big(bytes, at + 5)];
    if (bytes[at] !== 255 || mark === 0xda) return undefined;
  }
  return undefined;
}

/** The same of a WebP file, in its three forms. */
function webp(bytes) {
  if (bytes.length < 30 || little(bytes, 4, 4) > bytes.length - 8) return undefined;
  const kind = ascii(bytes, 12, 16);
  if (kind === 'VP8X') return [little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1];
  if (kind === 'VP8L') return [(little(bytes, 21, 2) & 0x3fff) + 1, ((little(bytes, 22, 3) >> 6) & 0x3fff) + 1];
  return [little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff];
}

const KINDS = [
  ['PNG', (bytes) => ascii(bytes, 1, 4) === 'PNG' && bytes[0] === 0x89, png],
  ['JPEG', (bytes) => bytes[0] === 255 && bytes[1] === 0xd8 && bytes[2] === 255, jpeg],
  ['WebP', (bytes) => ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP', webp],
];

function check(width, height) {
  if (!(width > 0 && height > 0)) throw refused('The picture has no pixels.');
  if (width * height > MOST_PIXELS) throw refused(`The picture has ${width} × ${height} pixels, more than the limit of ${MOST_PIXELS / 1e6} million. Make it smaller.`);
}

async function decoded(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (!bytes.length) throw refused('The file is empty.');
  if (ascii(bytes, 128, 132) === 'DICM') throw refused('The file is DICOM, which browsers do not show. Save it as PNG.');
  const [kind, , size] = KINDS.find(([, is]) => is(bytes)) ?? [];
  if (!kind) throw refused('The file is no picture that can be read: bring a PNG, JPEG or WebP file.');
  const found = size(bytes);
  if (!found) throw refused(`The ${kind} file is damaged: it ends before the picture does.`);
  check(...found);
  try {
    return await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch {
    throw refused(`The ${kind} file is damaged or of a kind that this browser does not read.`);
  }
}

/** `{ width, height, pixels }`, with bytes of red, green, blue and alpha. */
export async function pixelsOf(picture) {
  if (picture instanceof ImageData) return { width: picture.width, height: picture.height, pixels: picture.data };
  const own = picture instanceof Blob;
  if (picture instanceof HTMLImageElement) await picture.decode().catch(() => { throw refused('The image could not be loaded.'); });
  const source = own ? await decoded(picture) : picture;
  try {
    const width = source?.naturalWidth ?? source?.videoWidth ?? source?.displayWidth ?? source?.width;
    const height = source?.naturalHeight ?? source?.videoHeight ?? source?.displayHeight ?? source?.height;
    check(width, height);
    const scale = Math.min(1, Math.sqrt(CANVAS_PIXELS / (width * height)));
    const canvas = Object.assign(document.createElement('canvas'), { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    try {
      context.drawImage(source, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return { width: canvas.width, height: canvas.height, pixels: data };
    } catch (error) {
      throw refused(error.name === 'SecurityError'
        ? 'The image is of another site, which does not let this page read it. Serve it with Access-Control-Allow-Origin, and set crossorigin="anonymous".'
        : `This is no picture that can be drawn (${error.message}). Give a file, an image, a canvas or ImageData.`);
    }
  } finally {
    if (own) source.close();
  }
}
