import { expect, test } from '@jest/globals';
import { SideArea, type SideShell } from '../src/side-area.ts';

/** A shell that shows a panel when it is activated and hides it when its area is collapsed. */
class FakeShell implements SideShell<{ id: string; isVisible: boolean }> {
  readonly panel = { id: 'p', isVisible: false };
  readonly calls: string[] = [];

  add(panel: { id: string; isVisible: boolean }, side: string): void {
    this.calls.push(`add ${side}`);
    panel.isVisible = false;
  }

  activateById(id: string): void {
    this.calls.push(`activate ${id}`);
    this.panel.isVisible = true;
  }

  collapseLeft(): void {
    this.calls.push('collapse left');
    this.panel.isVisible = false;
  }

  collapseRight(): void {
    this.calls.push('collapse right');
    this.panel.isVisible = false;
  }
}

test('a panel is added to its side once, and stays closed until it is asked for', () => {
  const shell = new FakeShell();
  const area = new SideArea(shell, shell.panel);
  area.place('right');
  area.place('right');
  expect(shell.calls).toEqual(['add right']);
});

test('toggling twice shows the panel and closes the area of its side', () => {
  for (const side of ['left', 'right'] as const) {
    const shell = new FakeShell();
    const area = new SideArea(shell, shell.panel);
    area.place(side);
    area.toggle();
    area.toggle();
    expect(shell.calls).toEqual([`add ${side}`, 'activate p', `collapse ${side}`]);
  }
});

test('an open panel that moves to the other side is open there, a closed one stays closed', () => {
  const shell = new FakeShell();
  const area = new SideArea(shell, shell.panel);
  area.place('right');
  area.place('left');
  expect(shell.panel.isVisible).toBe(false);
  area.toggle();
  area.place('right');
  expect(shell.panel.isVisible).toBe(true);
  expect(shell.calls).toEqual(['add right', 'add left', 'activate p', 'add right', 'activate p']);
});

test('a shell that cannot collapse its areas leaves the panel open', () => {
  const whole = new FakeShell();
  const shell: SideShell<FakeShell['panel']> = {
    add: (panel, side) => whole.add(panel, side),
    activateById: (id) => whole.activateById(id),
  };
  const area = new SideArea(shell, whole.panel);
  area.place('right');
  area.toggle();
  expect(() => area.toggle()).not.toThrow();
  expect(whole.panel.isVisible).toBe(true);
});
