/**
 * Code lengths of a complete prefix code for symbol counts, none longer than `limit` bits (RFC 1951, 3.2.2 asks for both).
 *
 * Symbols that do not occur have length 0; where fewer than two occur, others are given a code so that there are two.
 * O(n log n) for n symbols; optimal where the limit does not bind.
 *
 * @param counts How often each symbol occurs; at least two entries, their number at most `2 ** limit`.
 */
export function codeLengths(counts: ArrayLike<number>, limit: number): Uint8Array {
  const used: number[] = [];
  for (let symbol = 0; symbol < counts.length; symbol++) if (counts[symbol]! > 0) used.push(symbol);
  for (let symbol = 0; used.length < 2; symbol++) if (!used.includes(symbol)) used.push(symbol);
  used.sort((a, b) => counts[a]! - counts[b]! || a - b);
  const depths = treeDepths(used.map((symbol) => counts[symbol]!));
  fitLimit(depths, limit);
  const lengths = new Uint8Array(counts.length);
  for (const [i, symbol] of used.entries()) lengths[symbol] = depths[i]!;
  return lengths;
}

/** The depth of each leaf in a Huffman tree over ascending weights: leaves and inner nodes are two sorted queues. */
function treeDepths(weights: readonly number[]): number[] {
  const n = weights.length;
  const weight = [...weights];
  const parent: number[] = [];
  let leaf = 0;
  let inner = n;
  const lightest = (): number => {
    const takeLeaf = leaf < n && (inner >= weight.length || weight[leaf]! <= weight[inner]!);
    return takeLeaf ? leaf++ : inner++;
  };
  for (let made = n; made < 2 * n - 1; made++) {
    const a = lightest();
    const b = lightest();
    weight[made] = weight[a]! + weight[b]!;
    parent[a] = parent[b] = made;
  }
  const depth = new Array<number>(2 * n - 1).fill(0);
  for (let i = 2 * n - 3; i >= 0; i--) depth[i] = depth[parent[i]!]! + 1;
  return depth.slice(0, n);
}

/** Shortens what is longer than `limit` and lengthens others until the code is complete again. Depths come rarest first. */
function fitLimit(depths: number[], limit: number): void {
  const whole = 2 ** limit;
  let sum = 0;
  for (let i = 0; i < depths.length; i++) {
    depths[i] = Math.min(limit, depths[i]!);
    sum += 2 ** (limit - depths[i]!);
  }
  for (let i = 0; sum > whole; i++) {
    while (sum > whole && depths[i]! < limit) {
      depths[i]! += 1;
      sum -= 2 ** (limit - depths[i]!);
    }
  }
  for (let i = depths.length - 1; sum < whole && i >= 0; i--) {
    while (depths[i]! > 1 && sum + 2 ** (limit - depths[i]!) <= whole) {
      sum += 2 ** (limit - depths[i]!);
      depths[i]! -= 1;
    }
  }
}

/** The codes of lengths in canonical order, their bits reversed: a deflate stream takes the first bit of a code first. */
export function codesOf(lengths: Uint8Array): Uint16Array {
  const next = new Uint16Array(17);
  for (const length of lengths) if (length > 0) next[length + 1]! += 1;
  for (let length = 1; length < 17; length++) next[length] = (next[length]! + next[length - 1]!) << 1;
  const codes = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) if (length > 0) codes[symbol] = reversed(next[length]!++, length);
  return codes;
}

function reversed(code: number, length: number): number {
  let out = 0;
  for (let bit = 0; bit < length; bit++) out |= ((code >> bit) & 1) << (length - 1 - bit);
  return out;
}
