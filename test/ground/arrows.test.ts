import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const bin = join('node_modules', '.bin', 'depcruise');
const inCore = join('src', 'core', 'arrow-probe.ts');
const inExtension = join('lab-extension', 'src', 'arrow-probe.ts');

function cruise(...folders: readonly string[]): string {
  try {
    const options = [bin, '--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...folders];
    execFileSync(process.execPath, options, { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

afterEach(() => {
  for (const probe of [inCore, inExtension]) rmSync(probe, { force: true });
});

test('the layers as they are break no arrow', () => {
  expect(cruise('src', 'standalone', 'lab-extension/src')).toBe('');
});

test('an import from core into view breaks an arrow, and so does a package in core', () => {
  writeFileSync(inCore, "import '../view/theme.ts';\nimport 'echarts/core';\nexport const probe = 1;\n");
  const report = cruise('src');
  expect(report).toContain('core-knows-only-itself');
  expect(report).toContain('pure-layers-use-no-platform');
});

test('core may not know the extension', () => {
  writeFileSync(inCore, "import '../../lab-extension/src/settings.ts';\nexport const probe = 1;\n");
  expect(cruise('src/core')).toContain('src-knows-no-face');
});

test('beside the wiring the extension may have types of the host and the registry, but no value of either host, runtime or package', () => {
  const types =
    "import type { NotebookPanel } from '@jupyterlab/notebook';\nimport { pageRegistry } from '../../src/registry.ts';\n";
  const use = 'export const probe: NotebookPanel | unknown = pageRegistry;\n';
  writeFileSync(inExtension, types + use);
  expect(cruise('lab-extension/src')).toBe('');
  const values =
    "import '@jupyterlab/notebook';\nimport 'echarts/core';\nimport '../../src/session/sessions.ts';\nimport '@jupyter-widgets/base';\n";
  writeFileSync(inExtension, types + values + use);
  const report = cruise('lab-extension/src');
  expect(report).toMatch(/only-the-wiring-has-values-of-the-host: .*@jupyterlab/);
  expect(report).toMatch(/extension-uses-no-package-but-the-host: .*echarts/);
  expect(report).toMatch(/extension-knows-only-the-registry: .*sessions/);
  expect(report).toMatch(/arrow-probe.*jupyter-widgets\/base/);
});
