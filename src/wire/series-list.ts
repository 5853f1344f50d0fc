import { asFields, asList, asText, asWhole, invalid } from './header.ts';
import type { KeyframeRange, SeriesEntry } from './message-types.ts';

/** Parses the JSON text that travels as `streamviz` schema metadata. */
export function parseMetadata(text: string | null): Readonly<Record<string, unknown>> {
  if (text === null) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('part metadata', 'JSON', text);
  }
  return asFields(value, 'part metadata');
}

function parseTiers(value: unknown, where: string): readonly number[] {
  const tiers = asList(value, where).map((duration, i) => asWhole(duration, `${where}[${i}]`, 1));
  if (tiers.length === 0) throw invalid(where, 'at least one duration', value);
  for (let i = 1; i < tiers.length; i++) {
    if (tiers[i]! <= tiers[i - 1]! || tiers[i]! % tiers[i - 1]! !== 0) {
      throw invalid(`${where}[${i}]`, `a multiple of ${tiers[i - 1]}`, tiers[i]);
    }
  }
  return tiers;
}

function parseAxis(value: unknown, where: string): 'time' | 'step' {
  if (value === undefined || value === 'time') return 'time';
  if (value === 'step') return 'step';
  throw invalid(where, "'time' or 'step'", value);
}

function parsePending(value: unknown, where: string): readonly (readonly [number, number])[] {
  return asList(value, where).map((span, i) => {
    const [start, end] = asList(span, `${where}[${i}]`);
    return [asWhole(start, `${where}[${i}][0]`), asWhole(end, `${where}[${i}][1]`)];
  });
}

/** A message's series list, checked: docs/protocol.md, section 3. */
export function parseSeriesList(metadata: Readonly<Record<string, unknown>>): readonly SeriesEntry[] {
  return asList(metadata.series, 'series list').map((value, i) => {
    const where = `series[${i}]`;
    const entry = asFields(value, where);
    const { before, since, pending } = entry;
    return {
      key: asText(entry.key, `${where}.key`),
      gen: asWhole(entry.gen, `${where}.gen`, 0),
      n: asWhole(entry.n, `${where}.n`, 0),
      before: before === null || before === undefined ? null : asWhole(before, `${where}.before`),
      tiers: parseTiers(entry.tiers, `${where}.tiers`),
      axis: parseAxis(entry.axis, `${where}.axis`),
      since: since === null || since === undefined ? null : asWhole(since, `${where}.since`),
      ...(pending === undefined ? {} : { pending: parsePending(pending, `${where}.pending`) }),
    };
  });
}

/** What a keyframe part says its series retain; `seriesCount` bounds the indices. */
export function parseKeyframeRanges(
  metadata: Readonly<Record<string, unknown>>,
  seriesCount: number,
): readonly KeyframeRange[] {
  return asList(metadata.keyframe, 'keyframe ranges').map((value, i) => {
    const where = `keyframe[${i}]`;
    const [series, from, gone] = asList(value, where);
    const index = asWhole(series, `${where}[0]`, 0);
    if (index >= seriesCount) throw invalid(`${where}[0]`, `a series below ${seriesCount}`, index);
    return {
      series: index,
      from: from === null || from === undefined ? null : asWhole(from, `${where}[1]`),
      gone: asWhole(gone, `${where}[2]`, 0),
    };
  });
}
