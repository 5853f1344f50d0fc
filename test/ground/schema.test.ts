import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaFile, schemaText } from '../../scripts/build.ts';

test('widget-schema.json is what src/dashboard says now', () => {
  expect(readFileSync(schemaFile, 'utf8')).toBe(schemaText());
});

test('the schema names every option of every kind once, with a type and words', () => {
  const { widgets } = JSON.parse(schemaText()) as {
    readonly widgets: Record<
      string,
      { readonly options: Record<string, { readonly type?: string; readonly doc?: string }> }
    >;
  };
  expect(Object.keys(widgets)).toEqual(['metric', 'gauge', 'table', 'events']);
  for (const { options } of Object.values(widgets)) {
    expect(Object.keys(options).length).toBeGreaterThan(4);
    for (const { type, doc } of Object.values(options)) expect(type && doc).toBeTruthy();
  }
});
