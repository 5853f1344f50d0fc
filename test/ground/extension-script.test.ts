/** The script that JupyterLab loads, evaluated as JupyterLab does it, in a page that has only what a test gives it. */
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, test, vi } from 'vitest';
import { bundleScript, readManifest } from '../../scripts/lab-extension.ts';

type Modules = Record<string, Record<string, unknown>>;

interface Container {
  init(scope: object): void;
  get(name: string): Promise<() => { readonly default: Plugin }>;
}

interface Plugin {
  readonly id: string;
  readonly autoStart: boolean;
  readonly optional: readonly unknown[];
  activate(app: unknown, ...services: unknown[]): Promise<void>;
}

const token = (name: string) => ({ name });
const HOST: Modules = {
  '@jupyterlab/application': { ILayoutRestorer: token('restorer') },
  '@jupyterlab/apputils': { ICommandPalette: token('palette') },
  '@jupyterlab/console': { IConsoleTracker: token('consoles') },
  '@jupyterlab/notebook': { INotebookTracker: token('notebooks') },
  '@jupyterlab/rendermime': { IRenderMimeRegistry: token('rendermime') },
  '@jupyterlab/settingregistry': { ISettingRegistry: token('registry') },
  '@lumino/widgets': { Widget: class {} },
};

const shareScope = (host: Modules) =>
  Object.fromEntries(
    Object.entries(host).map(([name, module]) => [name, { '4.6.6': { get: () => Promise.resolve(() => module) } }]),
  );

let built: Awaited<ReturnType<typeof bundleScript>>;
beforeAll(async () => {
  built = await bundleScript(readManifest(), 'runtime.js', '0.1.0');
});

/** A page that has loaded the script. */
function loadPage() {
  const warn = vi.fn();
  const document = { currentScript: { src: 'http://host/static/extension.js' }, head: { append: () => undefined } };
  const page: { _JUPYTERLAB?: Record<string, Container>; document: object; console: object } = {
    document: { ...document, createElement: () => ({}) },
    console: { ...console, warn },
  };
  runInNewContext(built.script.toString('utf8'), Object.assign(page, { URL, setTimeout, clearTimeout }));
  const container = page._JUPYTERLAB?.['stream-viz'];
  if (!container) throw new Error('the script set no container');
  return { container, warn };
}

async function pluginOf(host: Modules, container = loadPage().container): Promise<Plugin> {
  container.init(shareScope(host));
  return (await container.get('./extension'))().default;
}

const tracker = () => {
  const signal = { connect: () => true, disconnect: () => true };
  return { currentWidget: null, currentChanged: signal, widgetAdded: signal, forEach: () => undefined };
};

/** A host whose shell takes no panel. */
function fakeApp() {
  const addCommand = vi.fn();
  const shell = {
    currentWidget: null,
    add: () => {
      throw new Error('no place for panels');
    },
  };
  return {
    addCommand,
    app: { shell, commands: { addCommand, notifyCommandChanged: () => undefined }, serviceManager: {} },
  };
}

/** Services in the order in which the plugin asks for them. */
const inOrder = ({ optional }: Plugin, services: Record<string, unknown>) =>
  optional.map((wanted) => services[(wanted as { name: string }).name] ?? null);

test('evaluating the script loads nothing: the plugin comes when the page’s packages are there and it is asked for', async () => {
  const { container } = loadPage();
  const { id, autoStart, optional } = await pluginOf(HOST, container);
  expect([id, autoStart]).toEqual(['stream-viz:panel', true]);
  const tokens = Object.values(HOST).flatMap((module) =>
    Object.values(module).filter((each) => typeof each === 'object'),
  );
  expect(new Set(optional)).toEqual(new Set(tokens));
  await expect(container.get('./other')).rejects.toThrow('./other');
});

test('a host that lacks one package gets the plugin without what that package names', async () => {
  for (const name of Object.keys(HOST).filter((each) => each !== '@lumino/widgets')) {
    const { [name]: _, ...rest } = HOST;
    const { optional } = await pluginOf(rest);
    expect([name, optional.length]).toEqual([name, Object.keys(HOST).length - 2]);
    expect(optional).not.toContain(undefined);
  }
});

test('in a page without notebooks and consoles nothing is registered', async () => {
  const plugin = await pluginOf(HOST);
  const addFactory = vi.fn();
  const { app, addCommand } = fakeApp();
  await plugin.activate(app, ...inOrder(plugin, { rendermime: { addFactory } }));
  expect([addFactory.mock.calls.length, addCommand.mock.calls.length]).toEqual([0, 0]);
});

test('where runtime and panel cannot start, each says so once, and outputs and commands are there', async () => {
  const { container, warn } = loadPage();
  const plugin = await pluginOf(HOST, container);
  const addFactory = vi.fn();
  const { app, addCommand } = fakeApp();
  await plugin.activate(app, ...inOrder(plugin, { rendermime: { addFactory }, notebooks: tracker() }));
  await vi.waitFor(() => expect(warn.mock.calls.length).toBeGreaterThan(1));
  const [[factory, rank]] = addFactory.mock.calls as [[{ safe: boolean; mimeTypes: string[] }, number]];
  expect([factory.safe, factory.mimeTypes, rank]).toEqual([true, ['application/vnd.streamviz.view+json'], -20]);
  expect(addCommand.mock.calls.map(([id]) => id)).toContain('stream-viz:toggle-panel');
  expect(warn.mock.calls.filter(([words]) => String(words).includes('panel could not start'))).toHaveLength(1);
});

test('the script holds the extension and the registry, nothing of a package or of the runtime, in at most 40 kB', () => {
  const held = Object.keys(built.metafile.inputs).filter(
    (path) => !/^(lab-extension\/src\/|host:|<define:)/.test(path),
  );
  expect(held).toEqual(['src/registry.ts']);
  expect(built.script.length).toBeLessThanOrEqual(40_000);
});

test('an import of a host package that package.json does not list fails the build', async () => {
  const { '@jupyterlab/console': _, ...dependencies } = readManifest().dependencies;
  await expect(bundleScript({ dependencies }, 'runtime.js', '0.1.0')).rejects.toThrow('@jupyterlab/console');
});
