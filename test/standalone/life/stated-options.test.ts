// What a server was started with, for those who join it.
import { expect, test } from 'vitest';
import { readyText } from '../../../standalone/server/life/announcement.ts';
import { differingOptions, statedOptions } from '../../../standalone/server/life/stated-options.ts';
import { resolveOptions } from '../../../standalone/server/options.ts';

const usual = statedOptions(resolveOptions({}));
const GIVEN = {
  theme: 'dark',
  favicon: '/a.svg',
  logo: '/b.svg',
  'auto-refresh': '5s',
  'default-time-range': 'all',
  'buffer-size': '5MB',
  retention: 'off',
  persistence: 'sqlite:////x.db',
  'history-size': 'off',
  cors: ['https://a.example'],
  linger: 0,
  keep: true,
} as const;

test('every option that is fixed while a server runs is found where it is otherwise, and not where it is the same', () => {
  for (const [option, value] of Object.entries(GIVEN)) {
    const asked = statedOptions(resolveOptions({ [option]: value }));
    const name = option.replaceAll('-', '_');
    expect(differingOptions(asked, usual, usual)).toContain(name);
    expect(differingOptions(asked, usual, asked)).toEqual([]);
  }
  expect(Object.keys(GIVEN).map((option) => option.replaceAll('-', '_'))).toEqual(Object.keys(usual));
});

test('what was not asked for, or is not known of the running server, is not told', () => {
  const dark = statedOptions(resolveOptions({ theme: 'dark' }));
  expect(differingOptions(usual, usual, dark)).toEqual([]);
  expect(differingOptions(dark, usual, {})).toEqual([]);
  // As a file of JSON gives it back.
  expect(JSON.parse(JSON.stringify(dark))).toEqual(dark);
});

test('a person is told which options the running server has otherwise, and what to do', () => {
  const server = { url: 'http://127.0.0.1:8600', host: '127.0.0.1', port: 8600, token: 'abc', pid: 1, joined: true };
  const [, line] = readyText({ ...server, differing: ['theme', 'buffer_size'] }, {}).split('\n');
  expect(line).toContain('--theme, --buffer-size: it was started with others');
  expect(line).toContain('STREAM_VIZ_KEY');
  expect(readyText(server, {}).split('\n').length).toBe(1);
});
