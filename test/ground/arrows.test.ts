import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const bin = join('node_modules', '.bin', 'depcruise');
const probe = join('src', 'core', 'arrow-probe.ts');

function cruise(): string {
  try {
    execFileSync(process.execPath, [bin, '--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'src'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

afterEach(() => rmSync(probe, { force: true }));

test('the layers as they are break no arrow', () => {
  expect(cruise()).toBe('');
});

test('an import from core into view breaks an arrow, and so does a package in core', () => {
  mkdirSync(join('src', 'core'), { recursive: true });
  writeFileSync(probe, "import '../view/theme.ts';\nimport 'echarts/core';\nexport const probe = 1;\n");
  const report = cruise();
  expect(report).toContain('core-knows-only-itself');
  expect(report).toContain('pure-layers-use-no-platform');
});
