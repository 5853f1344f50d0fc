/**
 * The extension's runtime: what kernels send, with panel and stills. It is loaded before any notebook is restored and registered in
 * the page, so that notebooks load nothing from their kernels and widgets and extension share one store.
 */
import { type LabRuntime, pageRegistry, type Registry } from '../../src/registry.ts';

/**
 * Registers the page's runtime under `version`, for the loaders of all widgets too.
 *
 * @returns The runtime; rejects where it could not be loaded. Then it is registered no longer: widgets bring their own from the
 *   kernel, and outputs say that the page should be loaded again.
 */
export function registerPageRuntime(
  version: string,
  load: () => Promise<{ readonly runtime?: LabRuntime }>,
  registry: Registry = pageRegistry(),
): Promise<LabRuntime> {
  const own = async (): Promise<LabRuntime> => {
    const { runtime } = await load();
    if (!runtime) throw new Error('the drawing code of the extension is empty or damaged');
    return runtime;
  };
  const loaded = own();
  registry.register(version, loaded);
  loaded.catch((error: unknown) => console.warn('StreamViz: the drawing code could not be loaded', error));
  return loaded;
}
