import type { WindowInput } from '../../../../src/core/windows/window-shape.ts';

/**
 * Event-time firing as the documentation of Apache Flink and Apache Beam states it, one case per rule.
 *
 * Times are seconds. Each step is what arrives and the results that it must give at once, in this order, as
 * `start-end: values` and `r1`, `r2` ... where it is a further firing. What our contract does in another way is not here but
 * in docs/windows.md.
 */
export interface Case {
  readonly rule: string;
  /** The page and the heading that state it. */
  readonly source: string;
  readonly shape: WindowInput;
  readonly lateness?: number;
  readonly allowedLateness?: number;
  readonly idle?: number;
  readonly steps: readonly CaseStep[];
  /** Samples that no window took, at the end. */
  readonly dropped?: number;
}

/** `[what arrives, results...]`; several times are several samples of value 1 in this order. */
export type CaseStep = readonly [Arrival, ...string[]];
export type Arrival =
  | { readonly at: readonly number[] }
  | { readonly watermark: number }
  | { readonly clock: number }
  | 'end of input';

const FLINK = 'https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream';
const WINDOWS = `${FLINK}/operators/windows`;
const WATERMARKS = `${FLINK}/event-time`;
const BEAM = 'https://beam.apache.org/documentation/programming-guide';

const samples = (...at: number[]): Arrival => ({ at });
const watermark = (time: number): Arrival => ({ watermark: time });
const clock = (time: number): Arrival => ({ clock: time });
const end: Arrival = 'end of input';

export const FLINK_CASES: readonly Case[] = [
  {
    rule: 'a window has an inclusive start and an exclusive end',
    source: `${WINDOWS}/#window-assigners`,
    shape: { window: 10 },
    steps: [[samples(0, 9.999999)], [samples(10), '0-10: 2'], [end, '10-20: 1']],
  },
  {
    rule: 'tumbling windows are aligned to the epoch, also before it',
    source: `${WINDOWS}/#tumbling-windows`,
    shape: { window: 3600 },
    steps: [
      [samples(-1, 5400), '-3600-0: 1'],
      [end, '3600-7200: 1'],
    ],
  },
  {
    rule: 'an offset of 15 minutes gives 1:15:00.000 - 2:14:59.999',
    source: `${WINDOWS}/#tumbling-windows`,
    shape: { window: 3600, origin: 900 },
    steps: [[samples(4500, 8099.999)], [samples(8100), '4500-8100: 2'], [end, '8100-11700: 1']],
  },
  {
    rule: 'days at UTC+8 have an offset of -8 hours',
    source: `${WINDOWS}/#tumbling-windows`,
    shape: { window: 86_400, origin: -28_800 },
    steps: [[samples(57_599)], [samples(57_600), '-28800-57600: 1'], [end, '57600-144000: 1']],
  },
  {
    rule: 'with windows of 10 minutes that slide by 5 an element lies in two windows, each fired at its own end',
    source: `${WINDOWS}/#sliding-windows`,
    shape: { window: 600, slide: 300 },
    steps: [
      [samples(400)],
      [watermark(599)],
      [watermark(600), '0-600: 1'],
      [watermark(899)],
      [watermark(900), '300-900: 1'],
      [end],
    ],
  },
  {
    rule: 'a window is removed once the watermark passes its end + allowed lateness: 12:06 for 12:00 - 12:05 and 1 minute',
    source: `${WINDOWS}/#window-lifecycle`,
    shape: { window: 300 },
    allowedLateness: 60,
    steps: [
      [samples(43_260)],
      [watermark(43_500), '43200-43500: 1'],
      [watermark(43_559)],
      [samples(43_320), '43200-43500: 2 r1'],
      [watermark(43_560)],
      [samples(43_380)],
      [end],
    ],
    dropped: 1,
  },
  {
    rule: 'without allowed lateness an element behind the watermark is dropped once its window has fired',
    source: `${WINDOWS}/#allowed-lateness`,
    shape: { window: 10 },
    steps: [[samples(5)], [samples(12), '0-10: 1'], [samples(6)], [end, '10-20: 1']],
    dropped: 1,
  },
  {
    rule: 'an element behind the watermark is in time while its window has not fired',
    source: `${WINDOWS}/#allowed-lateness`,
    shape: { window: 10 },
    steps: [[samples(9)], [samples(2)], [samples(10), '0-10: 2'], [end, '10-20: 1']],
  },
  {
    rule: 'every late element fires its window again, with all of its elements',
    source: `${WINDOWS}/#late-elements-considerations`,
    shape: { window: 10 },
    allowedLateness: 30,
    steps: [
      [samples(5)],
      [samples(15), '0-10: 1'],
      [samples(6), '0-10: 2 r1'],
      [samples(7, 8), '0-10: 3 r2', '0-10: 4 r3'],
      [end, '10-20: 1'],
    ],
  },
  {
    rule: 'lateness is judged per window: one that is gone does not take what a later one of the same element still does',
    source: `${WINDOWS}/#allowed-lateness`,
    shape: { window: 10, slide: 5 },
    steps: [[samples(3)], [watermark(10), '-5-5: 1', '0-10: 1'], [samples(7)], [end, '5-15: 1']],
  },
  {
    rule: 'an element that no window takes is dropped, one that a window takes is not',
    source: `${WINDOWS}/#getting-late-data-as-a-side-output`,
    shape: { window: 10, slide: 5 },
    steps: [[watermark(15)], [samples(4)], [samples(14)], [end, '10-20: 1']],
    dropped: 1,
  },
  {
    rule: 'a watermark fires every window that it passes, in the order of their ends',
    source: `${WINDOWS}/#interaction-of-watermarks-and-windows`,
    shape: { window: 10, slide: 5 },
    lateness: 100,
    steps: [
      [samples(12, 3, 22)],
      [watermark(25), '-5-5: 1', '0-10: 1', '5-15: 1', '10-20: 1', '15-25: 1'],
      [end, '20-30: 1'],
    ],
  },
  {
    rule: 'a watermark of the window end fires it, one just before does not',
    source: `${WINDOWS}/#interaction-of-watermarks-and-windows`,
    shape: { window: 10 },
    steps: [[samples(5)], [watermark(9.999999)], [watermark(10), '0-10: 1'], [end]],
  },
  {
    rule: 'the watermark lags the largest timestamp by the bound: elements up to that late are in time',
    source: `${WATERMARKS}/built_in/#fixed-amount-of-lateness`,
    shape: { window: 10 },
    lateness: 10,
    steps: [
      [samples(5)],
      [samples(19)],
      [samples(9)],
      [samples(20), '0-10: 2'],
      [samples(9.5)],
      [end, '10-20: 1', '20-30: 1'],
    ],
    dropped: 1,
  },
  {
    rule: 'a watermark never goes back',
    source: `${WATERMARKS}/generating_watermarks/#writing-a-periodic-watermarkgenerator`,
    shape: { window: 10 },
    steps: [[watermark(10)], [watermark(3)], [samples(4)], [end]],
    dropped: 1,
  },
  {
    rule: 'a watermark that an event states is taken at once',
    source: `${WATERMARKS}/generating_watermarks/#writing-a-punctuated-watermark-generator`,
    shape: { window: 10 },
    lateness: 1000,
    steps: [[samples(1, 11)], [watermark(20), '0-10: 1', '10-20: 1'], [end]],
  },
  {
    rule: 'an idle source does not hold windows back',
    source: `${WATERMARKS}/generating_watermarks/#dealing-with-idle-sources`,
    shape: { window: 10 },
    idle: 60,
    steps: [[clock(1000)], [samples(5)], [clock(1064)], [clock(1066), '0-10: 1'], [end]],
  },
  {
    rule: 'the end of the input fires everything',
    source: `${FLINK}/execution_mode/#event-time--watermarks`,
    shape: { window: 10, slide: 5 },
    steps: [[samples(3)], [end, '-5-5: 1', '0-10: 1']],
  },
  {
    rule: 'a session closes when a gap passes without an element; what follows begins a new one',
    source: `${WINDOWS}/#session-windows`,
    shape: { session: 10 },
    steps: [[samples(0, 5)], [samples(30), '0-15: 2'], [end, '30-40: 1']],
  },
  {
    rule: 'sessions whose windows touch are one: an element exactly a gap later joins',
    source:
      'https://github.com/apache/flink/blob/master/flink-runtime/src/main/java/org/apache/flink/streaming/api/windowing/windows/TimeWindow.java (intersects)',
    shape: { session: 10 },
    steps: [[samples(0, 10)], [samples(40), '0-20: 2'], [end, '40-50: 1']],
  },
  {
    rule: 'an element between two open sessions merges them',
    source: `${WINDOWS}/#session-windows`,
    shape: { session: 10 },
    lateness: 100,
    steps: [[samples(0, 18)], [samples(9)], [watermark(30), '0-28: 3'], [end]],
  },
  {
    rule: 'a late element can bridge the gap between two sessions that have fired',
    source: `${WINDOWS}/#late-elements-considerations`,
    shape: { session: 10 },
    allowedLateness: 100,
    steps: [
      [samples(0, 18), '0-10: 1'],
      [samples(50), '18-28: 1'],
      [samples(9), '0-28: 3 r1 replaces 0-10, 18-28'],
      [end, '50-60: 1'],
    ],
  },
  {
    rule: 'a late element that joins a session that has not fired waits for its firing',
    source: `${WINDOWS}/#late-elements-considerations`,
    shape: { session: 10 },
    allowedLateness: 100,
    steps: [[samples(0, 18), '0-10: 1'], [samples(9)], [samples(50), '0-28: 3 r1 replaces 0-10'], [end, '50-60: 1']],
  },
  {
    rule: 'lateness of a session is that of the merged one, so an old element that joins an open session is not dropped',
    source:
      'https://github.com/apache/flink/blob/master/flink-runtime/src/main/java/org/apache/flink/streaming/runtime/operators/windowing/WindowOperator.java (processElement)',
    shape: { session: 10 },
    steps: [[samples(20, 30, 40, 50)], [samples(12)], [end, '12-60: 5']],
  },
  {
    rule: 'a late element whose session is past its allowed lateness is dropped',
    source: `${WINDOWS}/#allowed-lateness`,
    shape: { session: 10 },
    allowedLateness: 5,
    steps: [[samples(0)], [samples(100), '0-10: 1'], [samples(4)], [end, '100-110: 1']],
    dropped: 1,
  },
];

export const BEAM_CASES: readonly Case[] = [
  {
    rule: 'with windows of 30 s the first holds 0:00 to 0:30 without 0:30, the next begins there',
    source: `${BEAM}/#fixed-time-windows`,
    shape: { window: 30 },
    steps: [[samples(0, 29.999)], [samples(30), '0-30: 2'], [samples(60), '30-60: 1'], [end, '60-90: 1']],
  },
  {
    rule: 'sliding windows of 60 s every 30 s overlap: most elements lie in two',
    source: `${BEAM}/#sliding-time-windows`,
    shape: { window: 60, slide: 30 },
    steps: [[samples(35)], [watermark(60), '0-60: 1'], [watermark(90), '30-90: 1'], [end]],
  },
  {
    rule: 'a session holds elements within a gap of one another; data after the gap begins a new window',
    source: `${BEAM}/#session-windows`,
    shape: { session: 600 },
    steps: [[samples(0, 300, 899)], [samples(1500), '0-1499: 3'], [end, '1500-2100: 1']],
  },
  {
    rule: 'with a lag of 30 s the window 0:00 - 4:59 closes at 5:30, and what comes at 5:34 with 3:38 is late',
    source: `${BEAM}/#watermarks-and-late-data`,
    shape: { window: 300 },
    lateness: 30,
    steps: [
      [samples(120)],
      [samples(329)],
      [samples(330), '0-300: 1'],
      [samples(334)],
      [samples(218)],
      [end, '300-600: 3'],
    ],
    dropped: 1,
  },
  {
    rule: 'withAllowedLateness of two days takes late data up to two days after the end of the window',
    source: `${BEAM}/#managing-late-data`,
    shape: { window: 60 },
    allowedLateness: 172_800,
    steps: [
      [samples(10)],
      [watermark(60), '0-60: 1'],
      [watermark(172_859)],
      [samples(20), '0-60: 2 r1'],
      [watermark(172_860)],
      [samples(30)],
      [end],
    ],
    dropped: 1,
  },
  {
    rule: 'the default trigger fires when the watermark passes the end of the window, and again for each late element',
    source: `${BEAM}/#event-time-triggers`,
    shape: { window: 60 },
    allowedLateness: 60,
    steps: [[samples(10, 50)], [watermark(59)], [watermark(60), '0-60: 2'], [samples(11), '0-60: 3 r1'], [end]],
  },
  {
    rule: 'a window without data fires nothing',
    source: `${BEAM}/#event-time-triggers`,
    shape: { window: 60 },
    steps: [[samples(10)], [samples(1000), '0-60: 1'], [end, '960-1020: 1']],
  },
  {
    rule: 'in accumulating mode each firing holds all elements of the ones before',
    source: `${BEAM}/#window-accumulation-modes`,
    shape: { window: 600 },
    allowedLateness: 600,
    steps: [
      [samples(60, 120, 180)],
      [watermark(600), '0-600: 3'],
      [samples(240, 300, 360), '0-600: 4 r1', '0-600: 5 r2', '0-600: 6 r3'],
      [end],
    ],
  },
  {
    rule: 'merging sessions: one element between two makes one window from the first to the last',
    source: `${BEAM}/#session-windows`,
    shape: { session: 600 },
    lateness: 10_000,
    steps: [[samples(0, 1000)], [samples(500)], [end, '0-1600: 3']],
  },
];
