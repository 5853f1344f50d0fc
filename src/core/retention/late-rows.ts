/** Samples in two columns. */
export interface MergedRows {
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/**
 * Returns held samples and the rows `[from, to)` merged by time; neither has to be empty, only what is held is in order.
 *
 * Of equal times held ones come first, then rows in arrival order. Only rows behind one before them are sorted, so a batch
 * with few of them costs little more than a copy: O(held + rows + late x log late). Times must not be NaN.
 */
export function mergeLateRows(
  heldTime: Float64Array,
  heldValue: Float64Array,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): MergedRows {
  const held = heldTime.length;
  const time = new Float64Array(held + to - from);
  const value = new Float64Array(held + to - from);
  const late: number[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  let end = held;
  for (let i = from; i < to; i += 1) {
    if (times[i]! < newest) late.push(i);
    else {
      newest = times[i]!;
      time[end] = newest;
      value[end] = values[i]!;
      end += 1;
    }
  }
  mergeFront(heldTime, heldValue, time, value, end);
  // Stable by the row's number. A row in order came before every late one of its time.
  late.sort((a, b) => times[a]! - times[b]! || a - b);
  let room = time.length;
  for (let left = late.length - 1; left >= 0; left -= 1) {
    const row = late[left]!;
    const rowTime = times[row]!;
    for (; end > 0 && time[end - 1]! > rowTime; end -= 1) {
      room -= 1;
      time[room] = time[end - 1]!;
      value[room] = value[end - 1]!;
    }
    room -= 1;
    time[room] = rowTime;
    value[room] = values[row]!;
  }
  return { time, value };
}

/** Merges held samples into the front of `[held, end)` of two columns, both in order; of equal times held ones come first. */
function mergeFront(
  heldTime: Float64Array,
  heldValue: Float64Array,
  time: Float64Array,
  value: Float64Array,
  end: number,
): void {
  let at = 0;
  let row = heldTime.length;
  for (let held = 0; held < heldTime.length; at += 1) {
    if (row < end && time[row]! < heldTime[held]!) {
      time[at] = time[row]!;
      value[at] = value[row]!;
      row += 1;
    } else {
      time[at] = heldTime[held]!;
      value[at] = heldValue[held]!;
      held += 1;
    }
  }
}
