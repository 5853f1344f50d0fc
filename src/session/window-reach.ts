import type { WindowOptions } from '../core/windows/window-operator.ts';
import type { WindowShape } from '../core/windows/window-shape.ts';

/** Distance of the ends of neighbouring windows; of sessions their gap. */
export const stepOf = (shape: WindowShape): number =>
  shape.kind === 'sliding' ? shape.slide : shape.kind === 'session' ? shape.gap : shape.size;

/** How far before its first sample a sample would belong to a window: to a session, not to the others. */
export const reachOf = ({ shape }: WindowOptions): number => (shape.kind === 'session' ? shape.gap : 0);

/** Whether results depend on the last sample before their window. */
export const isAnchored = ({ aggregations, counter = false }: WindowOptions): boolean =>
  aggregations.some(({ kind }) => kind === 'delta' || kind === 'increase' || (kind === 'rate' && counter));
