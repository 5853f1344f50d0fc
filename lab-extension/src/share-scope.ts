/**
 * The packages that the page shares with its extensions, as module federation passes them around: by name, then by version.
 *
 * An extension in JupyterLab is a script that sets `_JUPYTERLAB[name]` to a container: `init(scope)` gives it the shared packages,
 * `get(module)` asks it for a module. Both are the interface of webpack's containers, which every published extension speaks.
 */
export interface SharedVersion {
  get(): unknown | Promise<unknown>;
  /** Already evaluated by somebody. */
  loaded?: unknown;
}

export type ShareScope = Readonly<Record<string, Readonly<Record<string, SharedVersion>> | undefined>>;

function numbers(version: string): readonly number[] {
  return version.split(/[.+-]/, 3).map((part) => Number.parseInt(part, 10) || 0);
}

function isNewer(a: string, b: string): boolean {
  const [left, right] = [numbers(a), numbers(b)];
  const differing = left.findIndex((part, i) => part !== (right[i] ?? 0));
  return differing >= 0 && (left[differing] ?? 0) > (right[differing] ?? 0);
}

/** The one that everybody on the page uses: the evaluated one, else the newest. */
function singleton(versions: Readonly<Record<string, SharedVersion>>): SharedVersion | undefined {
  const known = Object.entries(versions).sort(([a], [b]) => (isNewer(a, b) ? -1 : 1));
  return (known.find(([, { loaded }]) => Boolean(loaded)) ?? known[0])?.[1];
}

/**
 * Evaluates shared packages.
 *
 * @returns Each package's module by name, `{}` for one that the host does not share or cannot load: its exports are undefined, and
 *   who imports it goes without. Says the latter on the console.
 */
export async function loadShared(scope: ShareScope, names: readonly string[]): Promise<Record<string, unknown>> {
  const load = async (name: string): Promise<[string, unknown]> => {
    const shared = singleton(scope[name] ?? {});
    try {
      if (shared === undefined) return [name, {}];
      const factory = await shared.get();
      shared.loaded = 1;
      return [name, (factory as () => unknown)()];
    } catch (error) {
      console.warn(`StreamViz: ${name} could not be loaded`, error);
      return [name, {}];
    }
  };
  return Object.fromEntries(await Promise.all(names.map(load)));
}
