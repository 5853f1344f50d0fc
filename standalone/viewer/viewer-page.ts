import type { ViewerDetail } from '../../src/transport/socket.ts';
import { PageControls } from '../../src/view/dashboard/page-controls.ts';
import { FrameScheduler } from '../../src/view/frame-scheduler.ts';
import { Menu } from '../../src/view/menu.ts';
import { adoptStyles } from '../../src/view/styles.ts';
import { HostTheme } from '../../src/view/theme.ts';
import { TimeFormat } from '../../src/view/time-format.ts';
import { WIDGET_CATALOGUE } from '../../src/view/widget-catalogue.ts';
import { Address } from './address.ts';
import { Bar } from './bar.ts';
import { connectionWords } from './connection-words.ts';
import { CustomRange } from './custom-range.ts';
import { DetailLoader } from './detail-loader.ts';
import { Help } from './help.ts';
import { LiveData, type LiveDataOptions } from './live-data.ts';
import { goToLogIn, isLoggedOut, logOut } from './log-in.ts';
import { Notes } from './notes.ts';
import { PageCommands } from './page-commands.ts';
import { listenKeys } from './page-keys.ts';
import { PageMenus } from './page-menus.ts';
import { PageTheme, THEME_WORDS } from './page-theme.ts';
import { choosePageWords, type PageWords, PageWordsView } from './page-words.ts';
import { rangeLabel, refreshLabel } from './ranges.ts';
import { SectionsView } from './sections-view.ts';
import { type ServerDefaults, serverDefaults } from './server-defaults.ts';
import { spanLabel } from './span-label.ts';
import { type LinkedView, parseView } from './url-state.ts';
import { wantedDetail } from './wanted-detail.ts';

export interface ViewerPageOptions
  extends Pick<LiveDataOptions, 'url' | 'explain' | 'open' | 'schedule' | 'later' | 'random'> {
  /** Of the page's script. */
  readonly version: string;
}

/** Words of the bar change at most so often by themselves. */
const TICK_MS = 500;
/** A pause that is older came with a link: how many samples it had seen, nobody knows. */
const JUST_NOW_US = 1e6;

/**
 * The page: bar, sections, menus, keys, and the address that leads back to the same view.
 *
 * `dispose` ends everything it started; twice is harmless.
 */
export class ViewerPage {
  readonly live: LiveData;
  readonly controls = new PageControls();
  readonly #root: HTMLElement;
  readonly #bar: Bar;
  readonly #sections: SectionsView;
  readonly #words: PageWordsView;
  readonly #notes = new Notes();
  readonly #menus: PageMenus;
  readonly #commands: PageCommands;
  readonly #help = new Help();
  readonly #custom: CustomRange;
  readonly #theme: HostTheme;
  readonly #pageTheme = new PageTheme();
  readonly #details: DetailLoader;
  readonly #scheduler = new FrameScheduler();
  readonly #address = new Address();
  readonly #life = new AbortController();
  readonly #ticks: ReturnType<typeof setInterval>;
  readonly #openedMs = performance.now();
  #defaults: ServerDefaults = serverDefaults({});
  #link: LinkedView;
  #pausedCount = Number.NaN;
  #detail = '';

  constructor(root: HTMLElement, options: ViewerPageOptions) {
    this.#root = root;
    const { view, notes } = parseView(location.search);
    this.#link = view;
    adoptStyles(document);
    root.classList.add('sv-page');
    this.#applyTheme();
    this.#theme = new HostTheme(root);
    this.live = new LiveData({
      ...options,
      detail: () => this.#wantedDetail(),
      onSessions: () => this.#sessionsChanged(),
      onState: () => this.#stateChanged(),
    });
    this.#sections = new SectionsView(this.live, () => ({
      ...{ theme: this.#theme, scheduler: this.#scheduler, catalogue: WIDGET_CATALOGUE, version: options.version },
      ...{ controls: this.controls, timezone: this.#defaults.timezone, host: root },
    }));
    this.#details = new DetailLoader({
      wishes: () => this.#sections.detailWishes({ ...this.controls.shared, columns: this.#wantedDetail().width }),
      query: (query) => this.live.query(query),
      series: (session, epoch, key) => {
        const store = this.live.store(session);
        return epoch === null || store.epochId === epoch ? store.data.series.get(key) : undefined;
      },
      onLoaded: () => this.#sections.invalidate(),
      schedule: (run, ms) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    });
    this.#menus = new PageMenus(root, {
      view: () => ({ ...this.#link, range: this.controls.range, refreshMs: this.controls.refreshMs }),
      choose: (change) => this.#choose(change),
      openCustom: () => this.#openCustom(),
      openSearch: () => this.#bar.focusSearch(),
      openHelp: () => this.#help.toggle(),
      user: () => this.live.greeting?.user ?? null,
      logOut,
      accountPlace: () => this.#bar.accountPlace,
    });
    this.#custom = new CustomRange((span) => this.#choose({ span }));
    this.#words = new PageWordsView({
      retry: () => this.live.wake(),
      reload: () => location.reload(),
      clearSearch: () => this.#choose({ search: '' }),
    });
    this.#bar = new Bar({
      openRange: (anchor) => this.#menus.range(anchor),
      openRefresh: (anchor) => this.#menus.refresh(anchor),
      openTheme: (anchor) => this.#menus.theme(anchor),
      openAccount: (anchor) => this.#menus.account(anchor),
      openMore: (anchor) => this.#menus.more(anchor),
      togglePause: () => this.#commands.togglePause(),
      search: (search) => this.#choose({ search }),
    });
    this.#commands = new PageCommands({
      ...{ controls: this.controls, bar: this.#bar, menus: this.#menus, sections: this.#sections },
      toggleHelp: () => this.#help.toggle(),
      theme: () => this.#pageTheme.choice,
      search: () => this.#link.search,
      choose: (change) => this.#choose(change),
    });
    const { element } = this.#sections;
    root.append(this.#bar.element, this.#notes.element, element, this.#words.element);
    root.append(this.#help.element, this.#custom.element);
    for (const note of notes) this.#notes.add(note);
    this.controls.subscribe((change) => {
      if (change === 'view' || change === 'refresh') this.#viewChanged();
    });
    this.#listen();
    this.#ticks = setInterval(() => this.#tick(), TICK_MS);
    this.#applyView();
    this.#tick();
    this.live.start();
  }

  dispose(): void {
    this.#life.abort();
    clearInterval(this.#ticks);
    this.#address.dispose();
    Menu.close();
    this.live.dispose();
    this.#details.dispose();
    this.controls.dispose();
    this.#sections.dispose();
    this.#scheduler.dispose();
    this.#theme.dispose();
    this.#pageTheme.dispose();
    this.#notes.dispose();
    this.#root.replaceChildren();
  }

  #listen(): void {
    const { signal } = this.#life;
    const wake = (): void => {
      if (document.visibilityState === 'visible') this.live.wake();
    };
    window.addEventListener('online', wake, { signal });
    window.addEventListener('pageshow', wake, { signal });
    document.addEventListener('visibilitychange', wake, { signal });
    window.addEventListener('resize', () => this.#tellDetail(), { signal });
    listenKeys(this.#root, (command) => this.#commands.run(command), signal);
  }

  #openCustom(): void {
    const endUs = this.controls.pausedAtUs ?? (this.#sections.nowUs || Date.now() * 1000);
    const { range } = this.controls;
    const held = this.#sections.heldSpan;
    const lengthUs = typeof range === 'number' ? range : (this.#sections.leastRangeUs ?? 900e6);
    const all = range === 'all' && held !== null ? held : { startUs: endUs - lengthUs, endUs };
    this.#custom.open(this.controls.held ?? all, this.#times());
  }

  /** Takes a choice of the person at the page. */
  #choose(change: Partial<LinkedView>): void {
    this.#link = { ...this.#link, ...change };
    this.#applyView();
  }

  /** Brings controls, theme, search and layout to what the link and the server's defaults say. */
  #applyView(): void {
    const { range, span, refreshMs, pausedAtUs, search, kiosk } = this.#link;
    this.#applyTheme();
    this.controls.set({
      ...{ range: range ?? this.#defaults.range, held: span, pausedAtUs },
      refreshMs: refreshMs ?? this.#defaults.refreshMs,
    });
    this.#sections.setSearch(search);
    this.#bar.setSearch(search);
    this.#root.toggleAttribute('data-kiosk', kiosk);
    this.#viewChanged();
  }

  #applyTheme(): void {
    const choice = this.#link.theme ?? this.#defaults.theme;
    if (this.#pageTheme.choice !== choice) this.#pageTheme.choice = choice;
  }

  #viewChanged(): void {
    const { held, pausedAtUs, range, refreshMs } = this.controls;
    if (pausedAtUs === null) this.#pausedCount = Number.NaN;
    else if (Number.isNaN(this.#pausedCount) && Math.abs(this.#sections.nowUs - pausedAtUs) < JUST_NOW_US) {
      this.#pausedCount = this.#sections.sampleCount;
    }
    this.#link = { ...this.#link, span: held, pausedAtUs };
    this.#bar.setRange(held === null ? rangeLabel(range, this.#sections.ownRange) : spanLabel(held, this.#times()));
    this.#bar.setRefresh(refreshLabel(refreshMs));
    this.#bar.setPaused(pausedAtUs !== null || held !== null);
    const theme = THEME_WORDS[this.#pageTheme.choice];
    this.#bar.setTheme(theme.icon, theme.label);
    this.#tellDetail();
    this.#details.changed();
    this.#showState();
    this.#address.lead(this.#link);
  }

  #sessionsChanged(): void {
    this.#sections.sync();
    this.#viewChanged();
  }

  #stateChanged(): void {
    const { greeting } = this.live;
    if (isLoggedOut(this.live.state)) goToLogIn();
    if (greeting !== null) {
      this.#bar.setUser(greeting.user);
      const before = JSON.stringify(this.#defaults);
      this.#defaults = serverDefaults(greeting.options);
      if (JSON.stringify(this.#defaults) !== before) {
        this.#bar.setLogo(this.#defaults.logo);
        const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
        if (icon && this.#defaults.favicon !== null) icon.href = this.#defaults.favicon;
        this.#applyView();
      }
    }
    this.#showState();
  }

  #tick(): void {
    this.#sections.headings();
    this.#showState();
    const { held, range } = this.controls;
    if (held === null && range === 'own') this.#bar.setRange(rangeLabel(range, this.#sections.ownRange));
    this.#tellDetail();
  }

  #showState(): void {
    const { live } = this;
    const title = live.greeting?.title || this.#sections.title || 'StreamViz';
    this.#bar.setTitle(title);
    if (document.title !== title) document.title = title;
    const { pausedAtUs } = this.controls;
    const fresh = Math.max(0, this.#sections.sampleCount - this.#pausedCount);
    const news = Number.isFinite(fresh) ? ` · ${fresh.toLocaleString()} new` : '';
    this.#bar.setConnection(
      connectionWords({
        ...{ state: live.state, nowMs: live.nowMs, delayMs: live.delayMs, lagMs: live.lagMs, resumed: live.resumed },
        conflated: live.conflated,
        wasLive: live.greeting !== null,
        paused: pausedAtUs === null ? null : `${this.#times().seconds(pausedAtUs)}${news}`,
      }),
    );
    this.#words.show(this.#pageWords());
  }

  #pageWords(): PageWords | null {
    const { state, greeting, list } = this.live;
    return choosePageWords({
      ...{ state, isGreeted: greeting !== null, sessions: list.all.length, search: this.#link.search },
      ...{ widgets: this.#sections.widgetCount, shown: this.#sections.shownCount },
      waitedMs: performance.now() - this.#openedMs,
    });
  }

  #wantedDetail(): ViewerDetail {
    // Asked for the first time before there are sections.
    return wantedDetail(this.#root, this.controls.range, this.#sections?.leastRangeUs ?? null);
  }

  #tellDetail(): void {
    const detail = this.#wantedDetail();
    const key = `${detail.width}/${detail.rangeUs}`;
    if (key === this.#detail) return;
    this.#detail = key;
    this.live.control(detail);
  }

  #times(): TimeFormat {
    return new TimeFormat(this.#sections.timezone ?? this.#defaults.timezone);
  }
}
