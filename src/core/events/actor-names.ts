/**
 * A set of names kept as the `limit` first of them in code unit order, and whether that is all of them.
 *
 * What is kept does not depend on the order of arrival: the first names of a union are the first names of the unions'
 * first names, so merging is associative and commutative.
 */
export interface ActorNames {
  /** Ascending by code unit, without doubles, at most `limit`. */
  readonly names: readonly string[];
  /** False where names were left out: the distinct count is at least `names.length`. */
  readonly complete: boolean;
}

/** No names at all. */
export const NO_ACTORS: ActorNames = { names: [], complete: true };

/** Adds a name to an ascending list in place; false where the list was full and a name had to be left out. O(limit). */
export function insertName(names: string[], name: string, limit: number): boolean {
  const at = lowerBound(names, name);
  if (names[at] === name) return true;
  if (names.length < limit) {
    names.splice(at, 0, name);
    return true;
  }
  if (at < limit) {
    names.pop();
    names.splice(at, 0, name);
  }
  return false;
}

/** The set of a list as it came (any order, doubles allowed), cut to `limit`. */
export function actorNames(given: readonly string[], complete: boolean, limit: number): ActorNames {
  const sorted = [...new Set(given)].sort(byCodeUnit);
  return sorted.length <= limit ? { names: sorted, complete } : { names: sorted.slice(0, limit), complete: false };
}

/** Order of two names by code unit: the order of {@link ActorNames}. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lowerBound(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (names[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
