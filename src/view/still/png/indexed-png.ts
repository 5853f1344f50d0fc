import { deflate } from './deflate.ts';
import { palettePlaces } from './palette.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const SLOT_BITS = 14;
const SLOTS = 1 << SLOT_BITS;
/** More colours than these are no chart: channels lose bits before they are told apart. */
const MOST_DISTINCT = 8192;

/**
 * A PNG of opaque pixels with a palette of at most 256 colours, made synchronously.
 *
 * A chart has few colours and long plain runs: it takes about a fourth of what a canvas writes in full colour. Where there are
 * more than 256 colours (edges of text and lines), the commonest stay exact and the others lose the least bits that suffice.
 *
 * @param pixels RGBA as a canvas gives them; alpha is not read.
 */
export function indexedPng(pixels: Uint8ClampedArray, width: number, height: number): Uint8Array {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
  const { ids, colors, counts } = tellColors(words, 0xffffff) ?? tellColors(words, 0xf0f0f0)!;
  const { palette, places } = palettePlaces(colors, counts);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette
  const bytes = Uint8Array.from(palette.flatMap((color) => [color & 255, (color >> 8) & 255, (color >> 16) & 255]));
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('PLTE', bytes),
    chunk('IDAT', deflate(rowsOf(ids, places, width, height), width + 1)),
    chunk('IEND', new Uint8Array(0)),
  ];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

interface ToldColors {
  /** For each pixel the place of its colour in `colors`. */
  readonly ids: Uint16Array;
  /** `0xbbggrr`, in order of first sight. */
  readonly colors: readonly number[];
  /** Runs of pixels of each colour. */
  readonly counts: readonly number[];
}

/** The colours of all pixels under a mask; null where there are too many to tell apart. */
function tellColors(words: Uint32Array, mask: number): ToldColors | null {
  const ids = new Uint16Array(words.length);
  const slotColor = new Int32Array(SLOTS).fill(-1);
  const slotId = new Uint16Array(SLOTS);
  const colors: number[] = [];
  const counts: number[] = [];
  let last = -1;
  let id = 0;
  let from = 0;
  for (let i = 0; i < words.length; i++) {
    const color = words[i]! & mask;
    if (color !== last) {
      if (i > from) counts[id]! += i - from;
      from = i;
      last = color;
      let slot = Math.imul(color, 0x9e3779b1) >>> (32 - SLOT_BITS);
      while (slotColor[slot]! !== color && slotColor[slot]! >= 0) slot = (slot + 1) & (SLOTS - 1);
      if (slotColor[slot]! < 0) {
        if (colors.length === MOST_DISTINCT) return null;
        slotColor[slot] = color;
        slotId[slot] = colors.length;
        colors.push(color);
        counts.push(0);
      }
      id = slotId[slot]!;
    }
    ids[i] = id;
  }
  if (words.length > 0) counts[id]! += words.length - from;
  return { ids, colors, counts };
}

/** Rows of palette places, each after its filter byte 0. */
function rowsOf(ids: Uint16Array, places: Uint8Array, width: number, height: number): Uint8Array {
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0, i = 0, at = 0; y < height; y++) {
    at++;
    for (const end = i + width; i < end; i++) rows[at++] = places[ids[i]!]!;
  }
  return rows;
}

let crcTable: Uint32Array | null = null;

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}

/** CRC-32 of PNG (ISO 3309). */
function crc32(data: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < data.length; i++) crc = crcTable[(crc ^ data[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
