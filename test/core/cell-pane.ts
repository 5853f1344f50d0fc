import type { CellTier } from '../../src/core/cell-tier.ts';
import { createPaneFields, type Pane, paneAt } from '../../src/core/pane.ts';

/** The pane of a cell; null where its `count` is 0. */
export function cellPane(tier: CellTier, row: number): Pane | null {
  const fields = createPaneFields(1);
  tier.copyTo(row, fields);
  return paneAt(fields, 0);
}
