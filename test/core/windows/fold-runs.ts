// Folds: panes of samples in time order, as a sender merges them, with what it knows of them.
import { createPaneFields, mergeRunInto } from '../../../src/core/pane.ts';
import { QuantileSketch } from '../../../src/core/sketch/quantile-sketch.ts';
import type { PaneFeatures } from '../../../src/core/windows/window-operator.ts';
import type { Samples } from './window-runs.ts';

/** The pane of samples in time order, and what a sender knows of it. */
export function foldOf(rows: Samples) {
  const panes = createPaneFields(1);
  const values = Float64Array.from(rows, ([, value]) => value);
  mergeRunInto(
    panes,
    0,
    Float64Array.from(rows, ([time]) => time),
    values,
    0,
    rows.length,
  );
  const mean = panes.sum[0]! / rows.length;
  const sketch = new QuantileSketch();
  sketch.addMany(values, 0, rows.length);
  const features: PaneFeatures = {
    mean,
    m2: values.reduce((sum, value) => sum + (value - mean) ** 2, 0),
    increase: values.reduce((sum, value, i) => sum + (i === 0 ? 0 : grown(values[i - 1]!, value)), 0),
    sketch,
  };
  return { panes, features };
}

const grown = (before: number, after: number) => (after >= before ? after - before : after);
