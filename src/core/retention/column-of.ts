/** The column of `columnUs` that holds `timeUs`: the c with `c * columnUs <= timeUs < (c + 1) * columnUs`, rounding included. Below 2^53. */
export function columnOf(timeUs: number, columnUs: number): number {
  let column = Math.floor(timeUs / columnUs);
  while (column * columnUs > timeUs) column -= 1;
  while ((column + 1) * columnUs <= timeUs) column += 1;
  return column;
}
