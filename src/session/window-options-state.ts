import { stateInvalid, tableNamed, textIn } from '../core/state-input.ts';
import type { StateTable, StateValue } from '../core/state-table.ts';
import { parseAggregation } from '../core/windows/aggregation.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import { windowShape } from '../core/windows/window-shape.ts';

const NUMBERS = ['lateness', 'allowedLateness', 'idle', 'maxAhead', 'distinctLimit', 'sumPer', 'unit'] as const;

/** One definition of windows in a state; `key` is its window key. */
export function windowOptionsTable(key: string, options: WindowOptions): StateTable {
  const { shape, aggregations, counter } = options;
  const given: Record<string, StateValue> = {};
  for (const name of NUMBERS) if (options[name] !== undefined) given[name] = options[name];
  if (counter !== undefined) given.counter = counter;
  const meta = { key, shape: { ...shape }, aggregations: aggregations.map(({ text }) => text), options: given };
  return { name: 'options', meta, columns: {} };
}

/** The definition of {@link windowOptionsTable}. @throws StreamVizError `STATE_INVALID` */
export function windowOptionsIn(tables: readonly StateTable[]): {
  readonly key: string;
  readonly options: WindowOptions;
} {
  const table = tableNamed(tables, 'options');
  try {
    const given = fieldsOf(table.meta.options);
    const numbers = NUMBERS.flatMap((name) => (Object.hasOwn(given, name) ? [[name, asLength(given[name])]] : []));
    const options: WindowOptions = {
      shape: shapeOf(fieldsOf(table.meta.shape)),
      aggregations: asTexts(table.meta.aggregations).map(parseAggregation),
      ...(Object.fromEntries(numbers) as Partial<WindowOptions>),
      ...(Object.hasOwn(given, 'counter') ? { counter: given.counter === true } : {}),
    };
    return { key: textIn(table, 'key'), options };
  } catch (cause) {
    throw stateInvalid(`a definition of windows is none: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

type Fields = Readonly<Record<string, StateValue>>;

function shapeOf({ kind, size, slide, gap, origin }: Fields): WindowOptions['shape'] {
  if (kind === 'session') return windowShape({ session: asLength(gap) });
  return windowShape({
    window: asLength(size),
    slide: kind === 'sliding' ? asLength(slide) : null,
    origin: asLength(origin),
  });
}

function fieldsOf(value: StateValue | undefined): Fields {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw stateInvalid('fields are missing');
  return value as Fields;
}

function asTexts(value: StateValue | undefined): readonly string[] {
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string'))
    throw stateInvalid('texts are missing');
  return value;
}

function asLength(value: StateValue | undefined): number | null {
  if (value !== null && typeof value !== 'number') throw stateInvalid(`${String(value)} is no length`);
  return value;
}
