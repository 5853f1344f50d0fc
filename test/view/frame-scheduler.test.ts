import { describe, expect, it } from 'vitest';
import { FrameScheduler } from '../../src/view/frame-scheduler.ts';

/** A recording page: frames run when `tick` is called. */
function fakePage() {
  let callback: ((nowMs: number) => void) | null = null;
  const errors: unknown[] = [];
  const clock = { ms: 0 };
  const scheduler = new FrameScheduler({
    requestFrame: (next) => {
      if (callback !== null) throw new Error('two frames asked for');
      callback = next;
      return 1;
    },
    cancelFrame: () => {
      callback = null;
    },
    pixelRatio: () => 2,
    nowMs: () => clock.ms,
    onError: (error) => errors.push(error),
  });
  let nowMs = 0;
  const tick = (): boolean => {
    const run = callback;
    callback = null;
    nowMs += 16;
    run?.(nowMs);
    return run !== null;
  };
  return { scheduler, tick, errors, clock };
}

function fakeWidget() {
  return {
    draws: 0,
    animating: false,
    fail: false,
    sizes: [] as number[],
    draw(frame: { width: number }) {
      this.draws++;
      this.sizes.push(frame.width);
      if (this.fail) throw new Error('broken');
    },
  };
}

describe('FrameScheduler', () => {
  it('draws at most once per frame, however often it was invalidated', () => {
    const { scheduler, tick } = fakePage();
    const widget = fakeWidget();
    const handle = scheduler.add(widget, () => 5);
    handle.setVisible(true);
    tick();
    for (let i = 0; i < 10; i++) handle.invalidate();
    tick();
    expect(widget.draws).toBe(2);
  });

  it('asks for no frame while nothing is due', () => {
    const { scheduler, tick } = fakePage();
    const handle = scheduler.add(fakeWidget(), () => 0);
    expect(tick()).toBe(false);
    handle.setVisible(true);
    expect(tick()).toBe(true);
    expect(tick()).toBe(false);
  });

  it('a hidden widget is not drawn; shown again it is drawn once', () => {
    const { scheduler, tick } = fakePage();
    const widget = fakeWidget();
    widget.animating = true;
    const handle = scheduler.add(widget, () => 0);
    for (let i = 0; i < 5; i++) handle.invalidate();
    expect(tick()).toBe(false);
    widget.animating = false;
    handle.setVisible(true);
    tick();
    tick();
    expect(widget.draws).toBe(1);
  });

  it('an animating widget is drawn in every frame until it stops', () => {
    const { scheduler, tick } = fakePage();
    const widget = fakeWidget();
    widget.animating = true;
    scheduler.add(widget, () => 0).setVisible(true);
    for (let i = 0; i < 4; i++) tick();
    expect(widget.draws).toBe(4);
    widget.animating = false;
    tick();
    expect(tick()).toBe(false);
  });

  it('a draw that throws is reported and the others are drawn', () => {
    const { scheduler, tick, errors } = fakePage();
    const broken = fakeWidget();
    broken.fail = true;
    const sound = fakeWidget();
    scheduler.add(broken, () => 0).setVisible(true);
    scheduler.add(sound, () => 0).setVisible(true);
    tick();
    expect(errors).toHaveLength(1);
    expect(sound.draws).toBe(1);
  });

  it('a frame that is full leaves the rest to the next, and each widget gets its turn', () => {
    const { scheduler, tick, clock } = fakePage();
    const widgets = Array.from({ length: 7 }, () => ({
      ...{ draws: 0, animating: true },
      draw() {
        this.draws++;
        clock.ms += 5;
      },
    }));
    for (const widget of widgets) scheduler.add(widget, () => 0).setVisible(true);
    tick();
    expect(widgets.map(({ draws }) => draws)).toEqual([1, 1, 1, 0, 0, 0, 0]);
    tick();
    expect(widgets.map(({ draws }) => draws)).toEqual([1, 1, 1, 1, 1, 1, 0]);
    for (let i = 0; i < 5; i++) tick();
    expect(widgets.map(({ draws }) => draws)).toEqual([3, 3, 3, 3, 3, 3, 3]);
  });

  it('a draw that takes longer than a frame is still drawn, one a frame', () => {
    const { scheduler, tick, clock } = fakePage();
    const widgets = Array.from({ length: 3 }, () => ({
      ...{ draws: 0, animating: false },
      draw() {
        this.draws++;
        clock.ms += 100;
      },
    }));
    for (const widget of widgets) scheduler.add(widget, () => 0).setVisible(true);
    for (let i = 1; i <= 3; i++) {
      tick();
      expect(widgets.reduce((sum, { draws }) => sum + draws, 0)).toBe(i);
    }
    expect(tick()).toBe(false);
  });

  it('a new size is drawn, the same one is not; after remove nothing is', () => {
    const { scheduler, tick } = fakePage();
    const widget = fakeWidget();
    const handle = scheduler.add(widget, () => 0);
    handle.setVisible(true);
    handle.resize(320, 200);
    tick();
    handle.resize(320, 200);
    expect(tick()).toBe(false);
    handle.resize(480, 200);
    tick();
    expect(widget.sizes).toEqual([320, 480]);
    handle.remove();
    handle.invalidate();
    handle.remove();
    expect(tick()).toBe(false);
    expect(scheduler.size).toBe(0);
  });
});
