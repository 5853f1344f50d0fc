import type { PageControls } from '../../src/view/dashboard/page-controls.ts';
import { Menu } from '../../src/view/menu.ts';
import type { Bar } from './bar.ts';
import type { PageMenus } from './page-menus.ts';
import type { SectionsView } from './sections-view.ts';
import type { Command } from './shortcuts.ts';
import { type LinkedView, THEMES, type ThemeChoice } from './url-state.ts';

/** The parts of the page that commands act on. */
export interface CommandTargets {
  readonly controls: PageControls;
  readonly bar: Bar;
  readonly menus: PageMenus;
  readonly sections: SectionsView;
  readonly toggleHelp: () => void;
  readonly theme: () => ThemeChoice;
  readonly search: () => string;
  readonly choose: (change: Partial<LinkedView>) => void;
}

/** What a key or a button of the bar does to the page. */
export class PageCommands {
  readonly #page: CommandTargets;

  constructor(page: CommandTargets) {
    this.#page = page;
  }

  /** Runs a command; false where it had nothing to do. */
  run(command: Command): boolean {
    const { bar, menus, sections } = this.#page;
    const isNarrow = bar.range.offsetParent === null;
    switch (command) {
      case 'pause':
        this.togglePause();
        return true;
      case 'range':
        if (isNarrow) menus.more(bar.more);
        else menus.range(bar.range);
        return true;
      case 'refresh':
        if (isNarrow) menus.more(bar.more);
        else menus.refresh(bar.refresh);
        return true;
      case 'theme': {
        const next = THEMES[(THEMES.indexOf(this.#page.theme()) + 1) % THEMES.length] ?? 'auto';
        this.#page.choose({ theme: next });
        return true;
      }
      case 'search':
        bar.focusSearch();
        return true;
      case 'fullscreen':
        sections.focusedTools()?.toggleFullscreen();
        return true;
      case 'export':
        sections.focusedTools()?.openExport();
        return true;
      case 'help':
        this.#page.toggleHelp();
        return true;
      case 'escape':
        return this.#escape();
    }
  }

  /** Stops the picture, or goes back to live from a pause or a zoom. */
  togglePause(): void {
    const { controls, sections } = this.#page;
    if (controls.pausedAtUs !== null || controls.held !== null) controls.goLive();
    else controls.pause(Number.isFinite(sections.nowUs) ? sections.nowUs : Date.now() * 1000);
  }

  /** Closes what is open, else ends a zoom, else a search. */
  #escape(): boolean {
    const { controls, search, choose } = this.#page;
    if (Menu.close()) return true;
    if (controls.held !== null) {
      controls.set({ held: null });
      return true;
    }
    if (search() === '') return false;
    choose({ search: '' });
    return true;
  }
}
