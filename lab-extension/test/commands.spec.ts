import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { COMMAND_IDS, type CommandTarget, commandSpecs } from '../src/commands.ts';
import type { Feed } from '../src/feeds.ts';
import type { HostKernel } from '../src/host.ts';

type Panel = NonNullable<CommandTarget['panel']>;
type Followed = NonNullable<CommandTarget['followed']>;

const NONE: CommandTarget = { panel: null, followed: null, download: () => undefined };

function panel(members: Partial<Panel> = {}): Panel {
  const switches = { toggle: jest.fn(), toggleMode: jest.fn(), togglePin: jest.fn(), togglePause: jest.fn() };
  return { isVisible: false, mode: 'compact', pinned: false, paused: false, ...switches, ...members };
}

function followed(name: string, session: string | null, files: readonly { name: string; text: string }[] = []) {
  const requestExecute = jest.fn(() => ({ done: Promise.resolve() }));
  const kernel: Pick<HostKernel, 'requestExecute'> = { requestExecute };
  const feed: Pick<Feed, 'session'> & { runtimeOf(session: string): unknown } = {
    session,
    runtimeOf: (asked) => (asked === session ? { toCsv: () => files } : null),
  };
  return { requestExecute, followed: { name, kernel, feed } as unknown as Followed };
}

const command = (target: CommandTarget, id: string) => {
  const found = commandSpecs(() => target).find((spec) => spec.id === id);
  if (!found) throw new Error(`no command ${id}`);
  return found;
};

test('every command has a label, a caption, an entry in the View menu and a place for a shortcut', () => {
  const schema = JSON.parse(readFileSync('lab-extension/schema/panel.json', 'utf8'));
  const { 'jupyter.lab.menus': menus, 'jupyter.lab.shortcuts': shortcuts } = schema;
  const entries = menus.main[0].items[0].submenu.items.flatMap(({ command }: { command?: string }) => command ?? []);
  const specs = commandSpecs(() => NONE);
  expect(specs.map(({ id }) => id).sort()).toEqual(Object.values(COMMAND_IDS).sort());
  expect([...entries].sort()).toEqual(Object.values(COMMAND_IDS).sort());
  const bindable = shortcuts.map(({ command }: { command: string }) => command);
  expect([...bindable].sort()).toEqual(Object.values(COMMAND_IDS).sort());
  for (const { label, caption } of specs) expect(`${label}|${caption}`).toMatch(/^[A-Z][^|]+\|[A-Z]/);
});

test('with nothing to act on every command is disabled, and running one does nothing', () => {
  for (const { isEnabled, isToggled, execute } of commandSpecs(() => NONE)) {
    expect(isEnabled()).toBe(false);
    expect(isToggled?.() ?? false).toBe(false);
    expect(execute).not.toThrow();
  }
});

test('each switch of the panel is turned by its own command, and its state is the command’s', () => {
  const shown = panel({ isVisible: true, mode: 'full', pinned: true, paused: true });
  const target = { ...NONE, panel: shown, followed: followed('a.ipynb', 's').followed };
  const turns = [
    [COMMAND_IDS.togglePanel, shown.toggle],
    [COMMAND_IDS.toggleMode, shown.toggleMode],
    [COMMAND_IDS.pin, shown.togglePin],
    [COMMAND_IDS.togglePause, shown.togglePause],
  ] as const;
  for (const [id, turned] of turns) {
    const { isEnabled, isToggled, execute } = command(target, id);
    expect([id, isEnabled(), isToggled?.()]).toEqual([id, true, true]);
    execute();
    expect(turned).toHaveBeenCalledTimes(1);
    expect(command({ ...target, panel: panel() }, id).isToggled?.()).toBe(false);
  }
});

test('clear asks the kernel silently, leaves no trace in its history and stops no queued cell', () => {
  const { followed: notebook, requestExecute } = followed('a.ipynb', null);
  command({ ...NONE, followed: notebook }, COMMAND_IDS.clear).execute();
  const code = "__import__('stream_viz').clear()";
  expect(requestExecute.mock.calls).toEqual([[{ code, silent: true, store_history: false, stop_on_error: false }]]);
});

test('clear is disabled without a kernel, export and pause before the kernel has spoken', () => {
  const { followed: silent } = followed('a.ipynb', null);
  const target = { ...NONE, panel: panel(), followed: { ...silent, kernel: null } };
  for (const id of [COMMAND_IDS.clear, COMMAND_IDS.exportCsv, COMMAND_IDS.togglePause]) {
    expect([id, command(target, id).isEnabled()]).toEqual([id, false]);
  }
});

test('export downloads each text under the notebook’s name without what a file name cannot have', () => {
  const download = jest.fn();
  const files = [
    { name: 'series.csv', text: 'time,value' },
    { name: 'orders.csv', text: 'id' },
  ];
  const target = { ...NONE, download, followed: followed('Prüfung: 1/2.ipynb', 's', files).followed };
  command(target, COMMAND_IDS.exportCsv).execute();
  expect(download.mock.calls).toEqual([
    ['Prüfung- 1-2-series.csv', 'time,value'],
    ['Prüfung- 1-2-orders.csv', 'id'],
  ]);
});

test('export gives nothing where no runtime has the session', () => {
  const download = jest.fn();
  const lost = followed('a.ipynb', 's').followed;
  const target = { ...NONE, download, followed: { ...lost, feed: { ...lost.feed, runtimeOf: () => null } } };
  command(target, COMMAND_IDS.exportCsv).execute();
  expect(download).not.toHaveBeenCalled();
});
