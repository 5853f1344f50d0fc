import type { HostCell, HostOutput, Signal } from './host.ts';
import { VIEW_MIME } from './view-bundle.ts';

/** What happened to a cell's outputs. */
export interface OutputsChange {
  readonly type: string;
  readonly newValues: readonly HostOutput[];
}

/** The outputs of a cell as the page has them. */
export interface CellOutputs {
  readonly length: number;
  readonly changed: Signal<unknown, OutputsChange>;
  get(index: number): HostOutput;
  add(output: Readonly<Record<string, unknown>>): number;
}

/** A cell as the file gets it; members that a host's version may lack are optional. */
export interface SharedCell {
  /** A copy of all of them. */
  getOutputs?(): readonly unknown[];
  /** The same without a copy. */
  readonly youtputs?: { readonly length: number; get(index: number): unknown };
  /** With the origin `silent-change` nothing on the page is drawn again. */
  updateOutputs?(start: number, end: number, outputs: readonly unknown[], origin?: unknown): void;
}

export interface CodeCell extends HostCell {
  readonly outputs: CellOutputs;
  readonly sharedModel: SharedCell;
}

/** A notebook's cells; the same object while the notebook lives. */
export interface NotebookModel {
  readonly cells: Iterable<HostCell> & { readonly changed: Signal<unknown, unknown> };
  /** Somebody else may write this notebook, too: a server keeps and saves it. */
  readonly collaborative?: boolean;
}

/** The code cells of a notebook, in order. */
export function* codeCells(model: NotebookModel): Generator<CodeCell> {
  for (const cell of model.cells) if (cell.type === 'code' && 'outputs' in cell) yield cell as CodeCell;
}

/** The outputs of ours in a cell, by their place. */
export function* viewOutputs(outputs: CellOutputs): Generator<{ readonly index: number; readonly output: HostOutput }> {
  for (let index = 0; index < outputs.length; index += 1) {
    const output = outputs.get(index);
    if (hasView(output)) yield { index, output };
  }
}

/** An output as the file would get it; null where page and file do not have as many outputs. Copies that one where it can. */
export function savedOutput({ outputs, sharedModel }: CodeCell, index: number): unknown {
  const { youtputs } = sharedModel;
  if (youtputs !== undefined) return youtputs.length === outputs.length ? plain(youtputs.get(index)) : null;
  const saved = sharedModel.getOutputs?.() ?? [];
  return saved.length === outputs.length ? saved[index] : null;
}

const plain = (held: unknown): unknown =>
  typeof held === 'object' && held !== null && 'toJSON' in held ? (held as { toJSON(): unknown }).toJSON() : held;

/** Whether an output names a view. A model copies its `data` when they are read; its JSON is not copied. */
export function hasView(output: HostOutput): boolean {
  const { data } = output.toJSON();
  return typeof data === 'object' && data !== null && VIEW_MIME in data;
}
