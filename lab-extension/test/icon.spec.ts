import { expect, test } from '@jest/globals';
import { drawPanelIcon } from '../src/icon.ts';

test('the icon is drawn once however often it is asked for, and is silent to screen readers', () => {
  const host = document.createElement('div');
  drawPanelIcon(host);
  drawPanelIcon(host);
  expect(host.children).toHaveLength(1);
  expect(host.querySelector('svg')?.getAttribute('aria-hidden')).toBe('true');
  expect(host.querySelectorAll('[fill],[stroke],[style]')).toHaveLength(0); // colours come from the theme
});
