import { StreamVizError } from '../core/errors.ts';
import { parseColor } from './colors.ts';
import { parseDurationUs } from './duration.ts';
import type { OptionDefinition } from './option-definitions.ts';
import { parseThresholds } from './thresholds.ts';

/** A declared column of a table. */
export interface ColumnSpec {
  readonly name: string;
  /** null: as the rows have it. */
  readonly type: 'datetime' | 'number' | 'text' | 'bool' | null;
  readonly title: string;
  /** px, or null to share what is left. */
  readonly width: number | null;
  readonly format: string | null;
}

const COLUMN_TYPES: ReadonlySet<unknown> = new Set(['datetime', 'number', 'text', 'bool']);

/**
 * An option's value as the widgets read it: durations in us (or one of the definition's words), thresholds and columns
 * parsed, colours by their canonical name. Window options are given back unread: they are judged together.
 *
 * @throws StreamVizError `OPTION_INVALID` and the codes of the single parsers; the message names the option.
 */
export function parseOption(definition: OptionDefinition, input: unknown): unknown {
  const { wire, type } = definition;
  switch (type) {
    case 'string':
    case 'unit':
    case 'format':
      return typeof input === 'string' ? input : refuse(wire, 'text', input);
    case 'boolean':
      return typeof input === 'boolean' ? input : refuse(wire, 'true or false', input);
    case 'number':
    case 'integer':
      return numberOf(definition, input);
    case 'enum':
      return definition.enum?.includes(input as string)
        ? input
        : refuse(wire, `one of ${definition.enum?.join(', ')}`, input);
    case 'color':
      return parseColor(input);
    case 'duration':
      return definition.enum?.includes(input as string) ? input : parseDurationUs(input);
    case 'length':
    case 'aggregation':
    case 'aggregations':
      return input;
    case 'thresholds':
      return parseThresholds(input);
    case 'labels':
      return labelsOf(wire, input);
    case 'columns':
      return columnsOf(wire, input);
    case 'list':
      return Array.isArray(input) && input.every((item) => typeof item === 'string')
        ? input
        : refuse(wire, 'a list of texts', input);
    default:
      return type satisfies never;
  }
}

function numberOf(definition: OptionDefinition, input: unknown): number {
  const { wire, type, minimum = -Infinity, maximum = Infinity } = definition;
  const whole = type === 'integer' ? 'a whole number' : 'a finite number';
  if (typeof input !== 'number' || !Number.isFinite(input)) return refuse(wire, whole, input);
  if (type === 'integer' && !Number.isSafeInteger(input)) return refuse(wire, whole, input);
  if (input < minimum || input > maximum) return refuse(wire, `${whole} from ${minimum} to ${maximum}`, input);
  return input;
}

function labelsOf(wire: string, input: unknown): Readonly<Record<string, string>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse(wire, 'names with values', input);
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) labels[name] = String(value);
  return labels;
}

function columnsOf(wire: string, input: unknown): readonly ColumnSpec[] {
  if (!Array.isArray(input)) return refuse(wire, 'a list of columns', input);
  return input.map((item: unknown) => columnOf(wire, item));
}

function columnOf(wire: string, item: unknown): ColumnSpec {
  if (typeof item === 'string') return { name: item, type: null, title: item, width: null, format: null };
  if (typeof item !== 'object' || item === null) return refuse(wire, 'a column name or a dict with "name"', item);
  const { name, type, title, width, format } = item as Record<string, unknown>;
  if (typeof name !== 'string') return refuse(wire, 'a column name or a dict with "name"', item);
  if (type !== undefined && type !== null && !COLUMN_TYPES.has(type)) {
    return refuse(wire, `the type datetime, number, text or bool for column "${name}"`, type);
  }
  return {
    name,
    type: (type ?? null) as ColumnSpec['type'],
    title: typeof title === 'string' ? title : name,
    width: typeof width === 'number' && width > 0 ? width : null,
    format: typeof format === 'string' ? format : null,
  };
}

function refuse(wire: string, expected: string, given: unknown): never {
  const text = JSON.stringify(given) ?? String(given);
  throw new StreamVizError('OPTION_INVALID', `${wire}: expected ${expected}; got ${text}`, {
    details: { option: wire, given },
  });
}
