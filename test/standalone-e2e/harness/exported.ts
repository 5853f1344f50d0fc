/** What the export of a widget holds, as a person gets it: by pointing at the widget and pressing a key. */
import { readFile } from 'node:fs/promises';
import type { ViewerTab } from './viewer-tab.ts';

export interface ExportedJson {
  readonly id: string;
  /** The range the chart shows; null where it shows none. */
  readonly range: { readonly start: string; readonly end: string } | null;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The JSON of the widget with this id. */
export async function exportedJson({ page }: ViewerTab, widget: string): Promise<ExportedJson> {
  await page.locator(`.sv-card[data-widget="${widget}"] .sv-title`).hover();
  await page.keyboard.press('e');
  const saving = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'JSON' }).click();
  return JSON.parse(await readFile(await (await saving).path(), 'utf8')) as ExportedJson;
}
