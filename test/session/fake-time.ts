/** A clock that is set by hand and timers that run when it passes them. */
export class FakeTime {
  us = 0;
  timers: { atUs: number; run: () => void }[] = [];
  readonly now = () => this.us;
  readonly schedule = (run: () => void, ms: number) => {
    const timer = { atUs: this.us + ms * 1000, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };
  advance(ms: number): void {
    this.us += ms * 1000;
    const due = this.timers.filter(({ atUs }) => atUs <= this.us);
    this.timers = this.timers.filter(({ atUs }) => atUs > this.us);
    for (const { run } of due) run();
  }
}
