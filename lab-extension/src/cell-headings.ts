import type { HostCell } from './host.ts';

/**
 * What stands over the widgets of each code cell in `cells`: the nearest markdown heading above it; where several of `shown`
 * are under the same one, with the number of the execution behind it; without one `Cell [5]`.
 *
 * A cell that has no number yet and no heading is left out, and so are cells that are not there. O(cells).
 *
 * @param shown Ids of the cells that have widgets.
 */
export function cellHeadings(cells: Iterable<HostCell>, shown: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found: { readonly id: string; readonly count: number | null; readonly heading: string | null }[] = [];
  const uses = new Map<string, number>();
  let heading: string | null = null;
  for (const cell of cells) {
    if (cell.type === 'markdown') {
      const own = lastHeading(sourceOf(cell));
      if (own === null) continue;
      heading = own;
    } else if (shown.has(cell.id)) {
      found.push({ id: cell.id, count: cell.executionCount ?? null, heading });
      if (heading !== null) uses.set(heading, (uses.get(heading) ?? 0) + 1);
    }
  }
  const headings = new Map<string, string>();
  for (const { id, count, heading: over } of found) {
    const number = count === null ? null : `[${count}]`;
    if (over === null) {
      if (number !== null) headings.set(id, `Cell ${number}`);
    } else {
      const isShared = (uses.get(over) ?? 0) > 1;
      headings.set(id, isShared && number !== null ? `${over} · ${number}` : over);
    }
  }
  return headings;
}

function sourceOf(cell: HostCell): string {
  const { sharedModel } = cell as HostCell & { readonly sharedModel?: { getSource?(): string } };
  return sharedModel?.getSource?.() ?? '';
}

const FENCE = /^ {0,3}(```|~~~)/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/;

/** The text of the last heading of a markdown source, without its marks; null where it has none. Headings in fences are code. */
export function lastHeading(source: string): string | null {
  let fence: string | null = null;
  let last: string | null = null;
  for (const line of source.split(/\r?\n/)) {
    const mark = FENCE.exec(line)?.[1] ?? null;
    if (mark !== null && (fence === null || fence === mark)) fence = fence === null ? mark : null;
    else if (fence === null) last = HEADING.exec(line)?.[1] ?? last;
  }
  const text = last === null ? '' : plain(last);
  return text === '' ? null : text;
}

/** Without emphasis, code marks, links and tags: what a reader sees. */
function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]*>/g, '')
    .replace(/(\*\*|__|~~|`)(.*?)\1/g, '$2')
    .replace(/(^|\s)[*_](?!\s)([^*_]*[^*_\s])[*_](?=\s|$)/g, '$1$2')
    .replace(/\\([\\`*_{}[\]()#+.!-])/g, '$1')
    .trim();
}
