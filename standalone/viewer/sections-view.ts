import type { TimeSpan } from '../../src/session/session-view.ts';
import type { DetailQuery } from '../../src/transport/socket.ts';
import { node } from '../../src/view/card.ts';
import { DashboardSection, type SectionOptions } from '../../src/view/dashboard/dashboard-section.ts';
import type { PageRange } from '../../src/view/dashboard/view-controls.ts';
import type { WidgetTools } from '../../src/view/dashboard/widget-tools.ts';
import { TimeFormat } from '../../src/view/time-format.ts';
import type { LiveData } from './live-data.ts';
import type { SessionInfo } from './session-list.ts';

/** A little more on both sides than is seen: pixels at the edges are whole. */
function padded({ startUs, endUs }: TimeSpan): TimeSpan {
  const padUs = Math.ceil((endUs - startUs) / 50) + 1;
  return { startUs: Math.floor(startUs) - padUs, endUs: Math.ceil(endUs) + padUs };
}

/** One section per session of the server, in the order in which they began. */
export class SectionsView {
  readonly element = node('main', 'sv-sections');
  readonly #live: LiveData;
  readonly #context: () => Omit<SectionOptions, 'session'>;
  readonly #sections = new Map<string, DashboardSection>();
  #search = '';
  /** What was last pointed at or focused. */
  #last: Element | null = null;

  /** @param context Asked whenever a session comes: what its section needs beside its name. */
  constructor(live: LiveData, context: () => Omit<SectionOptions, 'session'>) {
    this.#live = live;
    this.#context = context;
    for (const type of ['pointerover', 'focusin'] as const) {
      this.element.addEventListener(type, ({ target }) => {
        this.#last = target instanceof Element ? target : null;
      });
    }
    this.element.addEventListener('pointerleave', () => {
      this.#last = null;
    });
  }

  /** Widgets of all sessions; -1 before any document came. */
  get widgetCount(): number {
    const counts = [...this.#sections.values()].map((section) => section.widgetCount).filter((count) => count >= 0);
    return counts.length === 0 ? -1 : counts.reduce((sum, count) => sum + count, 0);
  }

  /** Widgets that the search leaves. */
  get shownCount(): number {
    return [...this.#sections.values()].reduce((sum, section) => sum + section.shownCount, 0);
  }

  /** The zone of the first document that has one; null for none. */
  get timezone(): string | null {
    for (const { store } of this.#sections.values()) if (store?.document?.timezone) return store.document.timezone;
    return null;
  }

  /** The title of the first document that has one, else the name of the only session; '' for neither. */
  get title(): string {
    for (const { store } of this.#sections.values()) if (store?.document?.title) return store.document.title;
    const [first, ...others] = this.#live.list.all;
    return first !== undefined && others.length === 0 ? first.name : '';
  }

  /** The one range all time charts were declared with, us; null where they differ or there is none. */
  get ownRange(): number | 'all' | null {
    const ranges = new Set(this.#timeRanges());
    return ranges.size === 1 ? ([...ranges][0] ?? null) : null;
  }

  /** The shortest range a chart was declared with, us; null where all show everything. */
  get leastRangeUs(): number | null {
    const lengths = this.#timeRanges().filter((range): range is number => range !== 'all');
    return lengths.length === 0 ? null : Math.min(...lengths);
  }

  /** The newest producer's clock, us; NaN without a session. */
  get nowUs(): number {
    const clocks = [...this.#sections.values()].map(({ store }) => store?.nowUs() ?? Number.NEGATIVE_INFINITY);
    const newest = Math.max(Number.NEGATIVE_INFINITY, ...clocks);
    return Number.isFinite(newest) ? newest : Number.NaN;
  }

  /** Samples all series ever had. */
  get sampleCount(): number {
    let sum = 0;
    for (const { session } of this.#live.list.all) {
      for (const { n } of this.#live.store(session).data.series.values()) sum += n;
    }
    return sum;
  }

  /** The oldest and newest time of all series, us; null without samples. */
  get heldSpan(): TimeSpan | null {
    let startUs = Number.POSITIVE_INFINITY;
    let endUs = Number.NEGATIVE_INFINITY;
    for (const { session } of this.#live.list.all) {
      for (const { firstTimeUs, lastTimeUs } of this.#live.store(session).data.series.values()) {
        if (firstTimeUs < startUs) startUs = firstTimeUs;
        if (lastTimeUs > endUs) endUs = lastTimeUs;
      }
    }
    return startUs < endUs ? { startUs, endUs } : null;
  }

  /** What finer rows would show: one query for each session and range of time charts, none while the view is live. */
  detailWishes(view: {
    readonly range: PageRange;
    readonly held: TimeSpan | null;
    readonly pausedAtUs: number | null;
    readonly columns: number;
  }): readonly DetailQuery[] {
    const { range, held, pausedAtUs, columns } = view;
    if (held === null && pausedAtUs === null) return [];
    const wishes: DetailQuery[] = [];
    for (const [session, { store, shown }] of this.#sections) {
      const keysOf = new Map<string, { readonly span: TimeSpan; readonly keys: Set<string> }>();
      for (const spec of shown) {
        if (spec.kind !== 'metric' || spec.options.axis !== 'time' || spec.options.window !== null) continue;
        const chosen = range === 'own' ? spec.options.timeRangeUs : range;
        const lengthUs = chosen === 'all' ? Number.POSITIVE_INFINITY : chosen;
        const endUs = pausedAtUs ?? 0;
        const startUs = Math.max(endUs - lengthUs, this.heldSpan?.startUs ?? endUs);
        const span = held ?? { startUs, endUs };
        if (!(span.startUs < span.endUs)) continue;
        const id = `${span.startUs}/${span.endUs}`;
        const entry = keysOf.get(id) ?? { span, keys: new Set<string>() };
        keysOf.set(id, entry);
        for (const { key } of store?.series(spec.name) ?? []) entry.keys.add(key);
      }
      for (const { span, keys } of keysOf.values()) {
        if (keys.size > 0) wishes.push({ session, series: [...keys], ...padded(span), columns });
      }
    }
    return wishes;
  }

  /** Brings sections, their order, stores and headings up to date. */
  sync(): void {
    const wanted = this.#live.list.all;
    const names = new Set(wanted.map(({ session }) => session));
    for (const [session, section] of this.#sections) {
      if (names.has(session)) continue;
      section.dispose();
      this.#sections.delete(session);
    }
    for (const [place, info] of wanted.entries()) {
      const section = this.#section(info.session);
      section.setStore(this.#live.store(info.session));
      const before = this.element.children[place] ?? null;
      if (before !== section.element) this.element.insertBefore(section.element, before);
    }
    this.headings();
  }

  /** Says of each session whether it is connected, where there are several. */
  headings(): void {
    const all = this.#live.list.all;
    for (const info of all) {
      this.#sections.get(info.session)?.setHeading(all.length < 2 ? null : this.#heading(info));
    }
  }

  /** Draws all charts anew. */
  invalidate(): void {
    for (const section of this.#sections.values()) section.invalidate();
  }

  setSearch(search: string): void {
    this.#search = search;
    for (const section of this.#sections.values()) section.setSearch(search);
  }

  /** The tools of the widget that was last pointed at or focused; undefined where that is none. */
  focusedTools(): WidgetTools | undefined {
    for (const at of [this.#last, document.activeElement]) {
      for (const section of this.#sections.values()) {
        const tools = section.toolsAt(at);
        if (tools) return tools;
      }
    }
    return undefined;
  }

  dispose(): void {
    for (const section of this.#sections.values()) section.dispose();
    this.#sections.clear();
    this.element.remove();
  }

  #section(session: string): DashboardSection {
    let section = this.#sections.get(session);
    if (section === undefined) {
      section = new DashboardSection({ ...this.#context(), session });
      section.setSearch(this.#search);
      this.#sections.set(session, section);
    }
    return section;
  }

  #heading({ session, name, connected, endedUs }: SessionInfo) {
    const store = this.#live.store(session);
    if (connected) return { name, text: 'Connected', kind: 'ok' } as const;
    const endUs = Number.isFinite(store.goneAtUs) ? store.goneAtUs : endedUs;
    const times = new TimeFormat(store.document?.timezone ?? this.#context().timezone);
    const date = times.dateUnlessToday(endUs, Date.now() * 1000);
    const text = Number.isFinite(endUs) ? `Ended ${date === '' ? '' : `${date} `}${times.seconds(endUs)}` : 'Ended';
    return { name, text, kind: 'neutral' } as const;
  }

  #timeRanges(): readonly (number | 'all')[] {
    return [...this.#sections.values()].flatMap(({ store }) =>
      (store?.document?.widgets ?? []).flatMap((spec) =>
        spec.kind === 'metric' && spec.options.axis === 'time' ? [spec.options.timeRangeUs] : [],
      ),
    );
  }
}
