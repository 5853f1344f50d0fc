import { windowKey } from '../core/windows/window-key.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import type { DashboardDocument } from '../dashboard/document.ts';

/** The windows wanted of one name, by {@link windowKey}: each with all aggregations that any widget asks for. */
export type NamePlan = ReadonlyMap<string, WindowOptions>;

/** By name of series. */
export type WindowPlan = ReadonlyMap<string, NamePlan>;

export const NO_PLAN: NamePlan = new Map();

/** Which windows the widgets of a document show. */
export function planWindows({ widgets }: DashboardDocument): WindowPlan {
  const plan = new Map<string, Map<string, WindowOptions>>();
  for (const widget of widgets) {
    if (widget.kind !== 'metric' && widget.kind !== 'gauge') continue;
    const options = widget.options.window;
    if (options === null) continue;
    let ofName = plan.get(widget.name);
    if (ofName === undefined) {
      ofName = new Map();
      plan.set(widget.name, ofName);
    }
    const key = windowKey(options);
    const held = ofName.get(key);
    ofName.set(key, held === undefined ? options : withAggregations(held, options));
  }
  return plan;
}

/** `held` with the aggregations of `wanted` that it lacks behind its own; `held` itself where it lacks none. */
export function withAggregations(held: WindowOptions, wanted: WindowOptions): WindowOptions {
  const known = new Set(held.aggregations.map(({ text }) => text));
  const added = wanted.aggregations.filter(({ text }) => !known.has(text));
  return added.length === 0 ? held : { ...held, aggregations: [...held.aggregations, ...added] };
}
