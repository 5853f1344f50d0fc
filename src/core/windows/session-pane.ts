import { type PaneFields, paneAt } from '../pane.ts';
import { COUNT, FIRST, FIRST_TIME, INCREASE, LAST, LAST_TIME, M2, MARKS, MAX, MEAN, MIN, SUM } from './pane-row.ts';
import { Session, type SessionNeeds } from './session-state.ts';
import type { PaneFeatures } from './window-operator.ts';
import { APPROXIMATE } from './window-results.ts';

/**
 * Row `row` of folded panes as a session `[firstTime, lastTime]`, APPROXIMATE: gaps within the pane are not known.
 *
 * What `features` lacks: the mean is sum / count and no spread is added, the increase is that from first to last, no value
 * is in the sketch (which lowers `coverage`), and no value is told from another but min, max, first and last.
 */
export function sessionOfPane(
  needs: SessionNeeds,
  panes: PaneFields,
  row: number,
  features: PaneFeatures | null,
): Session {
  const session = new Session(needs);
  const pane = paneAt(panes, row);
  if (pane === null) return session;
  const target = session.row;
  target[COUNT] = pane.count;
  target[SUM] = pane.sum;
  target[MIN] = pane.min;
  target[MAX] = pane.max;
  target[FIRST] = pane.first;
  target[FIRST_TIME] = pane.firstTime;
  target[LAST] = pane.last;
  target[LAST_TIME] = pane.lastTime;
  target[MEAN] = known(features?.mean, pane.sum / pane.count);
  target[M2] = known(features?.m2, 0);
  target[INCREASE] = known(features?.increase, pane.last >= pane.first ? pane.last - pane.first : pane.last);
  target[MARKS] = APPROXIMATE;
  if (features?.sketch) session.sketch?.merge(features.sketch);
  for (const value of [pane.min, pane.max, pane.first, pane.last]) session.distinct?.add(value);
  session.trail?.restart(pane.lastTime, pane.last);
  return session;
}

function known(value: number | undefined, otherwise: number): number {
  return value === undefined || Number.isNaN(value) ? otherwise : value;
}
