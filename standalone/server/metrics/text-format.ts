import type { MetricFamily, MetricSample } from './metric-family.ts';

/** The two texts in which Prometheus reads metrics. */
export type MetricFormat = 'prometheus' | 'openmetrics';

export const METRIC_TYPES = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const satisfies Readonly<Record<MetricFormat, string>>;

/**
 * The metrics as text: Prometheus' exposition format 0.0.4, or OpenMetrics 1.0.0.
 *
 * They differ in the names of counters' families, in `# UNIT`, in what is escaped, in the kind `info`, and in `# EOF`. A family
 * without samples is left out.
 */
export function metricsText(families: readonly MetricFamily[], format: MetricFormat): string {
  const isOpen = format === 'openmetrics';
  const lines: string[] = [];
  for (const family of families) {
    if (family.samples.length === 0) continue;
    const { kind, unit } = family;
    const ending = kind === 'counter' ? '_total' : kind === 'info' ? '_info' : '';
    const name = isOpen ? family.name : family.name + ending;
    const help = escaped(family.help);
    lines.push(`# HELP ${name} ${isOpen ? help.replaceAll('"', '\\"') : help}`);
    lines.push(`# TYPE ${name} ${!isOpen && kind === 'info' ? 'gauge' : kind}`);
    if (isOpen && unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
    for (const sample of family.samples) lines.push(line(family.name + (partOf(sample) || ending), sample));
  }
  if (isOpen) lines.push('# EOF');
  return lines.map((text) => `${text}\n`).join('');
}

const partOf = ({ part }: MetricSample): string => (part === undefined ? '' : `_${part}`);

function line(name: string, { labels, value }: MetricSample): string {
  const pairs = Object.entries(labels ?? {}).map(
    ([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`,
  );
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/**
 * Which of the two an `Accept` header prefers; Prometheus' own text where it is absent or wants neither.
 *
 * Of two that are wanted alike it is OpenMetrics.
 */
export function metricFormatOf(accept: string | null): MetricFormat {
  const wishes = (accept ?? '').split(',').map((wish) => {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
    const value = (name: string) => parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const quality = Number(value('q') ?? 1);
    return { type, version: value('version')?.replaceAll('"', '') ?? null, quality: quality >= 0 ? quality : 0 };
  });
  const most = (isMeant: (wish: (typeof wishes)[number]) => boolean) =>
    wishes.filter(isMeant).reduce((best, { quality }) => Math.max(best, quality), 0);
  const open = most(
    ({ type, version }) => type === 'application/openmetrics-text' && (version === null || version === '1.0.0'),
  );
  const plain = most(({ type, version }) => type === 'text/plain' && (version === null || version === '0.0.4'));
  return open > 0 && open >= plain ? 'openmetrics' : 'prometheus';
}
