import { DISTINCT_LIMIT } from '../distinct-set.ts';
import { paneNeeds } from './aggregation.ts';
import { Evaluation } from './evaluate.ts';
import type { PaneKeeping } from './pane-extras.ts';
import { WindowGrid } from './window-grid.ts';
import type { WindowOptions } from './window-operator.ts';

/** What follows from the options of tumbling or sliding windows alone. */
export interface WindowPlan {
  readonly grid: WindowGrid;
  readonly keep: PaneKeeping;
  readonly evaluation: Evaluation;
  readonly allowedLateness: number;
  /** Values per result. */
  readonly width: number;
  /**
   * Whether a window of one sample can be given out without a pane: tumbling, never revised, and no aggregation looks at
   * the value before the window or at the spread, whose last bits tell how samples came together.
   */
  readonly takesAlone: boolean;
}

const plans = new WeakMap<WindowOptions, WindowPlan>();

/** The plan of these options, whose shape is no session; the same one for the same object, so thousands of operators share it. */
export function planOf(options: WindowOptions): WindowPlan {
  const held = plans.get(options);
  if (held !== undefined) return held;
  const made = makePlan(options);
  plans.set(options, made);
  return made;
}

function makePlan(options: WindowOptions): WindowPlan {
  if (options.shape.kind === 'session') throw new TypeError('a tumbling or sliding shape; got session');
  const { aggregations, allowedLateness = 0 } = options;
  const needs = paneNeeds(aggregations, { counter: options.counter ?? false });
  const anchored = needs.increase || aggregations.some(({ kind }) => kind === 'delta' || kind === 'increase');
  const grid = new WindowGrid(options.shape);
  return {
    grid,
    keep: {
      spread: needs.spread,
      counter: needs.increase,
      anchored,
      sketch: needs.sketch,
      distinct: needs.distinct,
      distinctLimit: options.distinctLimit ?? DISTINCT_LIMIT,
    },
    evaluation: new Evaluation(options),
    allowedLateness,
    width: aggregations.length,
    takesAlone: grid.panesPerWindow === 1 && allowedLateness === 0 && !anchored && !needs.spread,
  };
}
