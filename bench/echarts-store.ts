/** ECharts' own column store, of which its published types say nothing: what `sampling` of a line series works on. */
// @ts-expect-error ECharts publishes no types for its inside.
import DataStore from '../node_modules/echarts/lib/data/DataStore.js';

interface Sampled {
  count(): number;
}

export interface EchartsStore extends Sampled {
  minmaxDownSample(dimension: number, rate: number): Sampled;
  lttbDownSample(dimension: number, rate: number): Sampled;
}

interface LoadableStore extends EchartsStore {
  initData(provider: object, dimensions: readonly object[]): void;
}

/** A store that holds the points, filled from an interleaved typed array, the fastest form it takes. */
export function echartsStore(times: Float64Array, values: Float64Array): EchartsStore {
  const store = new (DataStore as new () => LoadableStore)();
  const columns = [times, values];
  const fillStorage = (from: number, to: number, out: Float64Array[], extents: [number, number][]): void => {
    for (const [d, column] of columns.entries()) {
      const target = out[d];
      const extent = extents[d];
      if (target === undefined || extent === undefined) throw new Error('the store has no such column');
      for (let i = from; i < to; i++) {
        const x = column[i] ?? Number.NaN;
        target[i] = x;
        if (x < extent[0]) extent[0] = x;
        if (x > extent[1]) extent[1] = x;
      }
    }
  };
  const getSource = () => ({ sourceFormat: 'typedArray' });
  const getItem = (i: number) => [times[i], values[i]];
  const provider = { pure: true, persistent: false, count: () => times.length, getSource, fillStorage, getItem };
  store.initData(provider, [
    { name: 'x', type: 'float', property: 'x' },
    { name: 'y', type: 'float', property: 'y' },
  ]);
  if (store.count() !== times.length) throw new Error(`the store holds ${store.count()} points of ${times.length}`);
  return store;
}
