const MOST_COLORS = 256;
/** Colours that stay exact where there are too many: areas and lines, not the edges between them. */
const EXACT = 96;
/** A colour of fewer pixels is an edge. */
const COMMON = 24;
/** Bits kept of each channel of the others: the most that suffice. */
const CHANNEL_BITS = [5, 4, 3, 2] as const;

/**
 * At most 256 colours for many, and the place of each in them.
 *
 * Up to 256 stay as they are. Of more, the commonest, at most 96, stay exact and each of the others becomes the nearest of equal steps in
 * each channel (black and white are among them). O(colours log colours).
 *
 * @param colors Distinct, `0xbbggrr`.
 * @param counts How often each occurs.
 */
export function palettePlaces(
  colors: readonly number[],
  counts: readonly number[],
): { readonly palette: readonly number[]; readonly places: Uint8Array } {
  if (colors.length <= MOST_COLORS) return { palette: colors, places: Uint8Array.from(colors, (_, i) => i) };
  const common: number[] = [];
  for (let i = 0; i < colors.length; i++) if (counts[i]! >= COMMON) common.push(i);
  common.sort((a, b) => counts[b]! - counts[a]!);
  const exact = common.slice(0, EXACT).map((i) => colors[i]!);
  for (const bits of CHANNEL_BITS) {
    const levels = levelsOf(bits);
    const palette = [...exact];
    const placeOf = new Map(exact.map((color, place) => [color, place]));
    const places = new Uint8Array(colors.length);
    for (let i = 0; i < colors.length && palette.length <= MOST_COLORS; i++) {
      const color = colors[i]!;
      const wanted = placeOf.has(color) ? color : stepped(color, levels);
      let place = placeOf.get(wanted);
      if (place === undefined) {
        place = palette.length;
        placeOf.set(wanted, place);
        palette.push(wanted);
      }
      places[i] = place;
    }
    if (palette.length <= MOST_COLORS) return { palette, places };
  }
  throw new RangeError('64 steps and 96 colours are fewer than 256'); // two bits a channel always suffice
}

function stepped(color: number, levels: Uint8Array): number {
  return levels[color & 255]! | (levels[(color >> 8) & 255]! << 8) | (levels[(color >> 16) & 255]! << 16);
}

/** What each of 256 levels becomes with `bits` bits: the nearest of equal steps from 0 to 255. */
function levelsOf(bits: number): Uint8Array {
  const most = 2 ** bits - 1;
  return Uint8Array.from({ length: 256 }, (_, level) => Math.round((Math.round((level * most) / 255) * 255) / most));
}
