// Reads metrics as the two specifications say, and takes nothing that they do not: Prometheus' exposition format 0.0.4
// and OpenMetrics 1.0.0, both without timestamps and exemplars.

export interface ParsedSample {
  /** As it stands in the text. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  /** As `# TYPE` says it. */
  readonly name: string;
  readonly kind: string;
  readonly help: string;
  readonly unit: string | null;
  readonly samples: ParsedSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

function need(holds: boolean, what: string, line: string): asserts holds {
  if (!holds) throw new Error(`${what}: ${line}`);
}

/** All families of a text by name. @throws Error that names the line and what is wrong with it */
export function parseMetrics(text: string, format: 'prometheus' | 'openmetrics'): ReadonlyMap<string, ParsedFamily> {
  const isOpen = format === 'openmetrics';
  need(text === '' || text.endsWith('\n'), 'the last line has no end', text.slice(-80));
  const lines = text.split('\n').slice(0, -1);
  if (isOpen) need(lines.pop() === '# EOF', 'the last line is not # EOF', text.slice(-80));
  const families = new Map<string, ParsedFamily>();
  let head = null as { name: string; help: string | null; kind: string | null; unit: string | null } | null;
  let family: ParsedFamily | null = null;
  for (const line of lines) {
    if (line.startsWith('#')) {
      const [, word, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/s.exec(line) ?? [];
      need(word !== undefined, 'no comment is written', line);
      need(NAME.exec(name)?.[0] === name, 'a name', line);
      if (head?.name !== name || family !== null) {
        need(!families.has(name), 'a family stands together', line);
        head = { name, help: null, kind: null, unit: null };
        family = null;
      }
      if (word === 'HELP') {
        need(head.help === null && head.kind === null, 'HELP is first', line);
        head.help = unescaped(rest, isOpen ? ['\\', 'n', '"'] : ['\\', 'n'], line);
      } else if (word === 'TYPE') {
        const kinds = ['counter', 'gauge', 'histogram', 'summary', ...(isOpen ? ['info'] : [])];
        need(head.help !== null && head.kind === null && kinds.includes(rest), 'TYPE is second', line);
        head.kind = rest;
      } else {
        need(isOpen && head.kind !== null && head.unit === null && rest !== '', 'UNIT is third', line);
        need(name.endsWith(`_${rest}`), 'a name ends with its unit', line);
        head.unit = rest;
      }
      continue;
    }
    need(head !== null && head.kind !== null, 'a sample follows its TYPE', line);
    if (family === null) {
      family = { name: head.name, kind: head.kind, help: head.help ?? '', unit: head.unit, samples: [] };
      families.set(family.name, family);
    }
    const sample = parseSample(line);
    const endings: readonly string[] = ENDINGS[family.kind] ?? [
      isOpen ? (family.kind === 'info' ? '_info' : '_total') : '',
    ];
    need(
      endings.some((ending) => sample.name === head?.name + ending),
      'a name of its family',
      line,
    );
    if (!isOpen && family.kind === 'counter') need(family.name.endsWith('_total'), 'a counter is called so', line);
    if (family.kind === 'counter') need(sample.value >= 0, 'a counter is a number from 0 up', line);
    if (family.kind === 'info') need(sample.value === 1, 'an info is 1', line);
    family.samples.push(sample);
  }
  const last = lines.at(-1) ?? '';
  need(!last.startsWith('#'), 'a family has samples', last);
  for (const one of families.values()) check(one, isOpen);
  return families;
}

function parseSample(line: string): ParsedSample {
  const name = NAME.exec(line)?.[0] ?? '';
  need(name !== '', 'a name', line);
  const labels: Record<string, string> = {};
  let at = name.length;
  if (line[at] === '{') {
    do {
      at += 1;
      const label = LABEL.exec(line.slice(at))?.[0] ?? '';
      need(label !== '' && !Object.hasOwn(labels, label), 'a label, once', line);
      at += label.length;
      need(line.startsWith('="', at), '="', line);
      at += 2;
      const from = at;
      while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
      need(line[at] === '"', 'an end of a value', line);
      labels[label] = unescaped(line.slice(from, at), ['\\', 'n', '"'], line);
      at += 1;
    } while (line[at] === ',');
    need(line[at] === '}', '}', line);
    at += 1;
  }
  need(line[at] === ' ', 'one space', line);
  const number = line.slice(at + 1);
  need(NUMBER.test(number), 'a number', line);
  return { name, labels, value: number.endsWith('Inf') ? Number(number.replace('Inf', 'Infinity')) : Number(number) };
}

function unescaped(text: string, allowed: readonly string[], line: string): string {
  return text.replaceAll(/\\(.?)/gs, (_all, letter: string) => {
    need(allowed.includes(letter), 'an escape', line);
    return letter === 'n' ? '\n' : letter;
  });
}

const keyOf = (labels: ParsedSample['labels'], left = ''): string =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([name]) => name !== left)
      .sort(),
  );

/** What only a whole family shows. */
function check({ name, kind, samples }: ParsedFamily, isOpen: boolean): void {
  const seen = new Set(samples.map((sample) => `${sample.name} ${keyOf(sample.labels)}`));
  need(seen.size === samples.length, 'each sample stands once', name);
  const edge = kind === 'histogram' ? 'le' : kind === 'summary' ? 'quantile' : null;
  if (edge === null) return;
  const groups = new Map<string, ParsedSample[]>();
  for (const sample of samples) {
    const key = keyOf(sample.labels, edge);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const group of groups.values()) {
    const edged = group.filter((sample) => sample.labels[edge] !== undefined);
    const edges = edged.map(({ labels }) => Number(labels[edge]?.replace('Inf', 'Infinity')));
    need(
      edges.every((one, i) => i === 0 || one > edges[i - 1]!),
      'edges rise',
      name,
    );
    if (isOpen) for (const { labels } of edged) need(/\.|e|Inf/.test(labels[edge] ?? ''), 'edges are floats', name);
    if (kind === 'summary') {
      need(
        edges.every((one) => one >= 0 && one <= 1),
        'quantiles are 0 to 1',
        name,
      );
      continue;
    }
    const counts = edged.map(({ value }) => value);
    need(
      counts.every((one, i) => i === 0 || one >= counts[i - 1]!),
      'buckets add up',
      name,
    );
    const one = (ending: string) => group.find((sample) => sample.name === `${name}${ending}`)?.value;
    need(
      edges.at(-1) === Number.POSITIVE_INFINITY && counts.at(-1) === one('_count'),
      'the last bucket holds all',
      name,
    );
    need(one('_sum') !== undefined, 'a sum', name);
  }
}
