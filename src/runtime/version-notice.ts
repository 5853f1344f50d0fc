import { compareVersions } from '../registry.ts';

/** Something to say about a session that is no failure. */
export interface Notice {
  readonly code: string;
  readonly message: string;
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/**
 * Words where a producer's package is newer by a minor or major version than the code that draws it; null where it is not, or
 * where its version is not known. What the older code understands is drawn all the same.
 */
export function versionNotice(producer: string | null, runtime: string): Notice | null {
  if (producer === null || !(compareVersions(`${minorOf(producer)}.0`, `${minorOf(runtime)}.0`) > 0)) return null;
  return {
    code: 'VERSION_NEWER',
    message:
      `This notebook uses StreamViz ${minorOf(producer)}, this JupyterLab has ${minorOf(runtime)}. ` +
      'Update with `pip install -U stream-viz-core` where JupyterLab runs, then reload the page.',
  };
}
