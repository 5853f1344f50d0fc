/**
 * The extension as JupyterLab loads it: wiring only. The one file with values of JupyterLab and Lumino.
 *
 * 1. Nothing is required of the host. Without a tracker of notebooks (Voila) nothing is registered and the widgets draw themselves.
 * 2. Kernels are tapped before anything is waited for: after a refresh their first message may come within a moment.
 * 3. A part that cannot start says so on the console; the other parts work.
 */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { type IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { Token } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { browserStore } from './browser-store.ts';
import { commandTarget } from './command-target.ts';
import { COMMAND_CATEGORY, type CommandTarget, commandSpecs } from './commands.ts';
import { Documents } from './documents.ts';
import { download } from './download.ts';
import { Feeds } from './feeds.ts';
import { Followed } from './followed.ts';
import { drawPanelIcon } from './icon.ts';
import { keepOutputs } from './kept-outputs.ts';
import { type OutputHost, OutputView } from './output-view.ts';
import { registerPageRuntime } from './page-runtime.ts';
import { PanelController } from './panel-controller.ts';
import { SCRIPT_URL } from './script-place.ts';
import { LiveSettings } from './settings.ts';
import { SideArea } from './side-area.ts';
import { VIEW_MIME } from './view-bundle.ts';

declare const __STREAMVIZ_VERSION__: string;
/** File name of the runtime beside this script. */
declare const __STREAMVIZ_RUNTIME__: string;
/** Rules of style/index.css. */
declare const __STREAMVIZ_STYLE__: string;

const PLUGIN_ID = 'stream-viz:panel';
/** Before the widget manager's -10: the lowest rank draws. */
const RENDERER_RANK = -20;
/** Longest wait for the user's settings before the panel takes its place with the defaults. */
const SETTINGS_PATIENCE_MS = 2000;

/** Starts one part; its failure, also a later one of its promise, is told and goes no further. */
function part(name: string, start: () => unknown): void {
  const tell = (error: unknown): void => console.warn(`StreamViz: ${name} could not start`, error);
  try {
    Promise.resolve(start()).catch(tell);
  } catch (error) {
    tell(error);
  }
}

/** The side panel; what is in it belongs to its controller. */
class PanelWidget extends Widget {
  readonly #changed: () => void;

  constructor(changed: () => void) {
    super();
    this.#changed = changed;
    this.id = 'stream-viz-panel';
    this.addClass('sv-lab-panel');
    this.title.caption = 'StreamViz';
    this.title.icon = { render: drawPanelIcon };
  }

  protected override onAfterShow(): void {
    this.#changed();
  }

  protected override onAfterHide(): void {
    this.#changed();
  }
}

/** One output under a cell. */
class OutputWidget extends Widget implements IRenderMime.IRenderer {
  readonly #view: OutputView;

  constructor(resolver: object | null, host: OutputHost) {
    super();
    this.#view = new OutputView({ node: this.node, resolver, host });
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#view.renderModel(model);
    return Promise.resolve();
  }

  override dispose(): void {
    this.#view.dispose();
    super.dispose();
  }

  protected override onAfterAttach(): void {
    this.#view.connect();
  }
}

function addStyle(): void {
  const style = document.createElement('style');
  style.textContent = __STREAMVIZ_STYLE__;
  document.head.append(style);
}

async function loadSettings(registry: ISettingRegistry | null, settings: LiveSettings): Promise<void> {
  if (registry === null) return;
  const loaded = registry.load(PLUGIN_ID).then(
    (host) => settings.attach(host),
    (error: unknown) => console.warn('StreamViz: settings could not be read', error),
  );
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, SETTINGS_PATIENCE_MS))]);
}

/** What of the host is used where it is there. A host that does not share a package has no token of it either. */
const TOKENS = {
  notebooks: INotebookTracker,
  consoles: IConsoleTracker,
  rendermime: IRenderMimeRegistry,
  registry: ISettingRegistry,
  palette: ICommandPalette,
  restorer: ILayoutRestorer,
};

type Services = {
  readonly [K in keyof typeof TOKENS]?: ((typeof TOKENS)[K] extends Token<infer T> ? T : never) | null;
};

const present = Object.entries(TOKENS).filter(([, token]) => Boolean(token));

async function activate(app: JupyterFrontEnd, services: Services): Promise<void> {
  const { notebooks = null, consoles = null, rendermime, registry = null, palette, restorer } = services;
  if (notebooks === null && consoles === null) return;
  part('style', addStyle);
  const settings = new LiveSettings();
  const load = () => import(new URL(__STREAMVIZ_RUNTIME__, SCRIPT_URL).href);
  const runtime = registerPageRuntime(__STREAMVIZ_VERSION__, load);
  const feeds = new Feeds(runtime);
  const documents = new Documents({ notebooks, consoles, feeds });

  part('outputs', () => {
    const host: OutputHost = { feedOf: (resolver) => documents.feedOf(resolver), nowMs: Date.now };
    const createRenderer = ({ resolver }: IRenderMime.IRendererOptions) => new OutputWidget(resolver, host);
    rendermime?.addFactory({ safe: true, mimeTypes: [VIEW_MIME], createRenderer }, RENDERER_RANK);
  });
  part('pictures and lost outputs', () => {
    keepOutputs({ documents, settings, files: app.serviceManager.contents });
  });

  let target: CommandTarget = { panel: null, followed: null, download };
  const specs = commandSpecs(() => target);
  const changed = (): void => {
    for (const { id } of specs) app.commands.notifyCommandChanged(id);
  };
  part('commands', () => {
    for (const { id, ...options } of specs) {
      app.commands.addCommand(id, options);
      palette?.addItem({ command: id, category: COMMAND_CATEGORY });
    }
  });

  await loadSettings(registry, settings);
  part('panel', () => {
    const widget = new PanelWidget(changed);
    const followed = new Followed({ notebooks, consoles, shell: app.shell });
    const run = (command: 'clear' | 'export-csv') => void app.commands.execute(`stream-viz:${command}`);
    const activate = (id: string): void => app.shell.activateById(id);
    const controller = new PanelController({
      store: browserStore(),
      element: widget.node,
      runtime,
      feeds,
      followed,
      settings,
      activate,
      run,
      changed,
    });
    const area = new SideArea<PanelWidget>(app.shell, widget);
    area.place(settings.current.side);
    settings.watch(({ side }) => area.place(side));
    restorer?.add(widget, widget.id);
    const isVisible = (): boolean => widget.isVisible;
    target = commandTarget({ isVisible, area, switches: controller, followed, feeds, download });
    changed();
  });
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'The live dashboard of a notebook in the side panel, and outputs that survive a refresh.',
  autoStart: true,
  optional: present.map(([, token]) => token),
  activate: (app: JupyterFrontEnd, ...found: unknown[]) =>
    activate(app, Object.fromEntries(present.map(([name], i) => [name, found[i]]))),
};

export default plugin;
