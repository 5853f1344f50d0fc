import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { limitsTable } from '../../../standalone/server/limits.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'security.md'), 'utf8');

test('docs/security.md has the table of limits as the server has it', () => {
  const table = page.slice(page.indexOf('| limit |')).split('\n\n')[0]!.trimEnd();
  expect(table).toBe(limitsTable());
});
