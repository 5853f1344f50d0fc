import { StreamVizError } from '../core/errors.ts';

/** Colour names a dashboard may use; the theme gives each its shade in light and dark. */
export const COLOR_NAMES = [
  'blue',
  'orange',
  'teal',
  'pink',
  'sky',
  'gold',
  'violet',
  'brown',
  'green',
  'yellow',
  'red',
  'gray',
] as const;
export type ColorName = (typeof COLOR_NAMES)[number];

/** A colour name, or `#rgb`, `#rrggbb`, `#rrggbbaa`, drawn as given. */
export type Color = ColorName | `#${string}`;

const NAMES: ReadonlySet<string> = new Set(COLOR_NAMES);
const ALIASES: Readonly<Record<string, ColorName>> = { purple: 'violet', grey: 'gray', amber: 'yellow' };
const HEX = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

/**
 * The colour a text names; `purple`, `grey` and `amber` are read as their nearest name.
 *
 * @throws StreamVizError `COLOR_INVALID`
 */
export function parseColor(input: unknown): Color {
  if (typeof input === 'string') {
    const name = input.trim().toLowerCase();
    if (NAMES.has(name)) return name as ColorName;
    const alias = ALIASES[name];
    if (alias !== undefined) return alias;
    if (HEX.test(name)) return name as Color;
  }
  throw new StreamVizError(
    'COLOR_INVALID',
    `a colour is one of ${COLOR_NAMES.join(', ')} or a hex code such as "#2667e5"; got ${JSON.stringify(input) ?? typeof input}`,
    { details: { given: input } },
  );
}
