/**
 * Returns held samples and the rows `[from, to)` merged by time; neither has to be empty, only what is held is in order.
 *
 * Of equal times held ones come first, then rows in arrival order. Only rows behind one before them are sorted, so a batch
 * with few of them costs little more than a merge: O(held + rows + late x log late). Times must not be NaN.
 */
export function mergeLateRows(
  heldTime: Float64Array,
  heldValue: Float64Array,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): { readonly time: Float64Array; readonly value: Float64Array } {
  const late = countLate(times, from, to);
  const order = new Uint32Array(to - from);
  let rising = late;
  let straggler = 0;
  let newest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const time = times[i]!;
    if (time < newest) order[straggler++] = i;
    else {
      newest = time;
      order[rising++] = i;
    }
  }
  // Stable by the row's number. A row in order came before every straggler of its time.
  order.subarray(0, late).sort((a, b) => times[a]! - times[b]! || a - b);
  const total = heldTime.length + order.length;
  const time = new Float64Array(total);
  const value = new Float64Array(total);
  let held = 0;
  rising = late;
  straggler = 0;
  for (let i = 0; i < total; i++) {
    const hasHeld = held < heldTime.length;
    const hasRising = rising < order.length;
    const hasLate = straggler < late;
    const risingTime = hasRising ? times[order[rising]!]! : Number.POSITIVE_INFINITY;
    const lateTime = hasLate ? times[order[straggler]!]! : Number.POSITIVE_INFINITY;
    if (hasHeld && heldTime[held]! <= risingTime && heldTime[held]! <= lateTime) {
      time[i] = heldTime[held]!;
      value[i] = heldValue[held++]!;
      continue;
    }
    const row = hasRising && (!hasLate || risingTime <= lateTime) ? order[rising++]! : order[straggler++]!;
    time[i] = times[row]!;
    value[i] = values[row]!;
  }
  return { time, value };
}

/** Rows behind one before them. */
function countLate(times: Float64Array, from: number, to: number): number {
  let newest = Number.NEGATIVE_INFINITY;
  let late = 0;
  for (let i = from; i < to; i++) {
    if (times[i]! < newest) late++;
    else newest = times[i]!;
  }
  return late;
}
