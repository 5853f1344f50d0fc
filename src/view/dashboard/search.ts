import type { WidgetSpec } from '../../dashboard/widget-specs.ts';

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * Whether a widget is meant by a search: each of its words stands somewhere in the widget's title, name, kind or label
 * values. Case and accents do not matter; an empty search means every widget.
 */
export function matchesSearch(search: string, spec: WidgetSpec, labelValues: readonly string[] = []): boolean {
  const words = fold(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const kind = spec.kind === 'unknown' ? spec.wanted : spec.kind;
  const text = fold([spec.options.title, spec.name, kind, ...labelValues].join('\n'));
  return words.every((word) => text.includes(word));
}
