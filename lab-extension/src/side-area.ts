/**
 * A panel in one of the host's side areas: shown, hidden and moved there.
 *
 * JupyterLab and Notebook 7 have different shells. Both take `add(panel, side)` and `activateById`; areas that cannot be collapsed are left open.
 */
import type { HostShell } from './host.ts';

export type Side = 'left' | 'right';

/** The panel as the host's shell sees it. */
export interface SidePanel {
  readonly id: string;
  readonly isVisible: boolean;
}

export interface SideShell<Panel extends SidePanel> extends Pick<HostShell, 'activateById'> {
  add(panel: Panel, side: string, options: { readonly rank: number }): unknown;
  collapseLeft?(): void;
  collapseRight?(): void;
}

/** After JupyterLab's own panels of the right area. */
const RANK = 900;

export class SideArea<Panel extends SidePanel> {
  readonly #shell: SideShell<Panel>;
  readonly #panel: Panel;
  #side: Side | null = null;

  constructor(shell: SideShell<Panel>, panel: Panel) {
    this.#shell = shell;
    this.#panel = panel;
  }

  /** Puts the panel on a side; a panel that was open on the other side is open there. */
  place(side: Side): void {
    if (side === this.#side) return;
    const wasOpen = this.#side !== null && this.#panel.isVisible;
    this.#side = side;
    this.#shell.add(this.#panel, side, { rank: RANK });
    if (wasOpen) this.#shell.activateById(this.#panel.id);
  }

  /** Shows the panel, or closes its area where it is to be seen. */
  toggle(): void {
    if (!this.#panel.isVisible) this.#shell.activateById(this.#panel.id);
    else if (this.#side === 'left') this.#shell.collapseLeft?.();
    else this.#shell.collapseRight?.();
  }
}
