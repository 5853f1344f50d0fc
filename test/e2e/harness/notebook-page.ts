/** What tests read of a page with notebooks, and do to it beside running cells. */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { LabPage, SessionReport } from '../../../scripts/lab/lab-page.ts';

/** A series of a report by its name. */
export const seriesOf = (report: SessionReport | null, name: string) =>
  report?.series.find((series) => series.name === name);
/** The cards whose text has `title`. */
export const card = (lab: LabPage, title: string): Locator => lab.page.locator('.sv-card').filter({ hasText: title });
/** The cards under one cell of the notebook in front. */
export const cellCards = (lab: LabPage, index: number): Locator =>
  lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').nth(index).locator('.sv-card');

/** Lab's own objects in the page. */
interface LabWindow {
  readonly jupyterapp: {
    readonly shell: {
      readonly currentWidget: { readonly id: string; readonly content: { activeCellIndex: number } } | null;
      activateById(id: string): void;
    };
  };
}

/** The id of the panel in front. */
export const frontPanel = (lab: LabPage): Promise<string> =>
  lab.page.evaluate(() => (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.id ?? '');

/** Brings a panel to the front, and returns once it is there. */
export async function activate(lab: LabPage, panel: string): Promise<void> {
  await lab.page.evaluate((id) => (window as unknown as LabWindow).jupyterapp.shell.activateById(id), panel);
  await expect.poll(() => frontPanel(lab)).toBe(panel);
}

/** Makes a cell of the notebook in front the active one. */
export async function selectCell(lab: LabPage, index: number): Promise<void> {
  await lab.page.evaluate((i) => {
    const panel = (window as unknown as LabWindow).jupyterapp.shell.currentWidget;
    if (panel) panel.content.activeCellIndex = i;
  }, index);
}

/** Objects of a class that live in the page's memory, in the document or not, after a garbage collection. */
export async function living(lab: LabPage, className: string): Promise<number> {
  const cdp = await lab.context.newCDPSession(lab.page);
  try {
    await cdp.send('HeapProfiler.collectGarbage');
    const prototype = await cdp.send('Runtime.evaluate', { expression: `${className}.prototype` });
    const { objects } = await cdp.send('Runtime.queryObjects', {
      prototypeObjectId: prototype.result.objectId ?? '',
      objectGroup: 'living',
    });
    const counted = await cdp.send('Runtime.callFunctionOn', {
      objectId: objects.objectId ?? '',
      functionDeclaration: 'function () { return this.length; }',
      returnByValue: true,
    });
    return Number(counted.result.value);
  } finally {
    await cdp.send('Runtime.releaseObjectGroup', { objectGroup: 'living' });
    await cdp.detach();
  }
}

/** The whole numbers that follow `word` in a text. */
export const numbers = (text: string, word: string): number[] =>
  (new RegExp(`${word}((?: \\d+)+)`).exec(text)?.[1] ?? '').trim().split(' ').map(Number);
