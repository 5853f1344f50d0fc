import type { CellWidget } from '../cell-widget.ts';
import { csvText, type ExportSource, fileName, jsonText } from '../export/export-table.ts';
import { blobOf, saveFile } from '../export/save-file.ts';
import { Menu, type MenuItem } from '../menu.ts';

export interface WidgetToolsOptions {
  readonly session: string;
  /** Host of menus: an `.sv-root`. */
  readonly host: HTMLElement;
  readonly nowUs: () => number;
}

/** Export and full screen of one widget, among the tools of its card. */
export class WidgetTools {
  readonly widget: CellWidget;
  readonly #options: WidgetToolsOptions;
  readonly #export: HTMLButtonElement;

  constructor(widget: CellWidget, options: WidgetToolsOptions) {
    this.widget = widget;
    this.#options = options;
    const { card } = widget;
    this.#export = card.addTool({ icon: 'download', label: 'Export', onClick: () => this.openExport() }).element;
    this.#export.setAttribute('aria-haspopup', 'menu');
    this.#export.setAttribute('aria-expanded', 'false');
    const full = card.addTool({ icon: 'fullscreen', label: 'Full screen', onClick: () => this.toggleFullscreen() });
    if (!document.fullscreenEnabled) full.setHidden(true);
    card.element.addEventListener('fullscreenchange', () => {
      const isFull = document.fullscreenElement === card.element;
      full.set(isFull ? { icon: 'close', label: 'Leave full screen' } : { icon: 'fullscreen', label: 'Full screen' });
    });
  }

  openExport(): void {
    const items: MenuItem[] = [
      { label: 'CSV', onChoose: () => this.#saveRows('csv') },
      { label: 'JSON', onChoose: () => this.#saveRows('json') },
    ];
    if (this.widget.toPng() !== null) {
      items.push({ label: 'Picture (PNG)', onChoose: () => this.#savePng() });
    }
    this.#export.focus({ preventScroll: true });
    const card = this.widget.card.element;
    const host = document.fullscreenElement === card ? card : this.#options.host;
    Menu.toggle({ anchor: this.#export, host, label: 'Export', groups: [{ title: 'Export what is shown', items }] });
  }

  toggleFullscreen(): void {
    const card = this.widget.card.element;
    // Refused (an embedded page, no gesture): the card stays as it is, which says it.
    if (document.fullscreenElement === card) document.exitFullscreen().catch(() => undefined);
    else card.requestFullscreen().catch(() => undefined);
  }

  #saveRows(format: 'csv' | 'json'): void {
    const table = this.widget.toRows();
    if (table === null) return;
    const text = format === 'csv' ? csvText(table) : jsonText(table, this.#source());
    const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json';
    this.#save(format, new Blob([text], { type }));
  }

  #savePng(): void {
    const png = this.widget.toPng();
    if (png !== null) this.#save('png', blobOf(png));
  }

  #save(extension: string, content: Blob): void {
    saveFile(fileName(this.widget.spec.options.title, this.#options.nowUs(), extension), content);
  }

  #source(): ExportSource {
    const { id, kind, name, options } = this.widget.spec;
    const unit = 'unit' in options ? options.unit : null;
    return { session: this.#options.session, id, kind, name, title: options.title, unit };
  }
}
