/**
 * The script that JupyterLab loads: hands the extension over once the page's packages are there. See share-scope.ts.
 *
 * A hand-made container instead of a bundler's: that one is a third of the size this script may have, and fails as a whole where a
 * host lacks one package.
 */
import { hostPackages } from './host-packages.ts';
import './script-place.ts';
import { loadShared, type ShareScope } from './share-scope.ts';

/** The packages of the host that the extension imports. */
declare const __STREAMVIZ_HOST_PACKAGES__: readonly string[];

interface Containers {
  _JUPYTERLAB?: Record<string, unknown>;
}

let scope: ShareScope = {};

const container = {
  init(shared: ShareScope): void {
    scope = shared;
  },
  async get(name: string): Promise<() => unknown> {
    if (name !== './extension') throw new Error(`stream-viz has no module ${name}`);
    Object.assign(hostPackages, await loadShared(scope, __STREAMVIZ_HOST_PACKAGES__));
    const { default: plugin } = await import('./index.ts');
    return () => ({ __esModule: true, default: plugin });
  },
};

const page = globalThis as Containers;
page._JUPYTERLAB ??= {};
page._JUPYTERLAB['stream-viz'] = container;
