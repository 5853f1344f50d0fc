import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, ndjson, streamviz } from './streamviz.ts';

const sample = (time: number, value: number | null = 1, key = 'a') => ({ key, time, value });
const brief = ({ key, start, end, count, revision, final }: Line) =>
  `${key} ${start}-${end}: ${count}${revision > 0 ? ` r${revision}` : ''}${final ? '' : ' so far'}`;

test('the example of the documentation', async () => {
  const input = ndjson([
    sample(0, 1),
    sample(2500, 2),
    sample(9999.5, 4),
    sample(4000, 3),
    sample(4000, 2.5),
    sample(10000, 9),
  ]);
  const { lines, summary } = await streamviz(['windows', '--window', '10s', '--aggregation', 'avg,p95'], input);
  expect(lines[0]).toEqual({ key: 'a', start: 0, end: 10000, count: 5, final: true, revision: 0, avg: 2.5, p95: 4 });
  expect(Object.keys(lines[0]!)).toEqual(['key', 'start', 'end', 'count', 'final', 'revision', 'avg', 'p95']);
  expect(summary).toEqual({ rows: 6, late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 2, keys: 1, results: 2 });
});

test('rows are the sum of what is held, dropped, missing and invalid', async () => {
  const row = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        key: fc.constantFrom('a', 'b'),
        time: fc.integer({ min: 0, max: 60_000 }),
        value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      }),
    },
    fc.constant({ key: 'a', time: 3, value: null }),
    fc.constantFrom('text', 5, {}, { time: 'x', value: 1 }, { time: 1e300, value: 1 }, { key: [], time: 1, value: 2 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), fc.boolean(), async (rows, shared) => {
      const mode = ['--watermark', shared ? 'shared' : 'per-key'];
      const { lines, summary } = await streamviz(
        ['windows', '--window', '5s', '--lateness', '10s', ...mode],
        ndjson(rows),
      );
      const held = lines.reduce((sum, { count }) => sum + count, 0);
      expect(held + summary.dropped! + summary.missing! + summary.invalid!).toBe(summary.rows);
      expect(summary.rows).toBe(rows.length);
      expect(summary.results).toBe(lines.length);
    }),
    { numRuns: 60 },
  );
});

describe('bytes', () => {
  const rows = [sample(0, 1, 'größe 🙂'), sample(11_000, 2, 'größe 🙂'), sample(25_000, 3, '終')];
  const plain = streamviz(['windows', '--window', '10s'], ndjson(rows));

  test.each([
    ['Windows line ends', ndjson(rows).replaceAll('\n', '\r\n')],
    ['Mac line ends', ndjson(rows).replaceAll('\n', '\r')],
    ['a byte order mark', `\ufeff${ndjson(rows)}`],
    ['no end of the last line', ndjson(rows).trimEnd()],
    ['blank lines between', ndjson(rows).replaceAll('\n', '\n \n\n')],
  ])('%s: the same results', async (_, input) => {
    expect((await streamviz(['windows', '--window', '10s'], input)).stdout).toBe((await plain).stdout);
  });

  test('any split of the bytes, also within a character and within CR LF, gives the same output', async () => {
    const bytes = new TextEncoder().encode(`\ufeff${ndjson(rows).replaceAll('\n', '\r\n')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((to, i) => bytes.slice(at[i]!, to));
        const split = await streamviz(['windows', '--window', '10s'], pieces);
        expect(split.stdout).toBe((await plain).stdout);
        expect(split.stderr).toBe('');
      }),
      { numRuns: 60 },
    );
  });
});

describe('rows', () => {
  const one = (row: string) => streamviz(['windows', '--window', '10s', '--aggregation', 'last'], `${row}\n`);

  test.each([
    ['{"time": 0.0004, "value": 1}', '0'],
    ['{"time": 0.0005, "value": 1}', '0.001'],
    ['{"time": -0.0005, "value": 1}', '0'],
    ['{"time": -0.0006, "value": 1}', '-0.001'],
    ['{"time": 1700000000000.1235, "value": 1}', '1700000000000.124'],
  ])('%s is at %s ms: rounded half up to whole microseconds', async (row, time) => {
    const session = await streamviz(['windows', '--session', '1us', '--aggregation', 'last'], `${row}\n`);
    expect(session.lines[0]!.start).toBe(Number(time));
  });

  test.each([
    ['oops', 'not JSON'],
    ['[1, 2]', 'not an object'],
    ['{"value": 1}', 'no time'],
    ['{"time": "0", "value": 1}', 'time is not a number of ms'],
    ['{"time": 1e18, "value": 1}', 'time is out of range'],
    ['{"time": 0}', 'no value (null says missing)'],
    ['{"time": 0, "value": "1"}', 'value is not a number'],
    ['{"key": {}, "time": 0, "value": 1}', 'key is not a text'],
    ['{"watermark": null}', 'watermark is not a number of ms'],
  ])('%s is invalid: %s, and the rest is read', async (row, problem) => {
    const { lines, summary, stderr, code } = await one(
      `{"time": 1, "value": 1}\n${row}\n${row}\n{"time": 2, "value": 5}`,
    );
    expect(stderr).toContain(`line 2: ${problem}`);
    expect(stderr).toContain('2 lines could not be read');
    expect(lines).toMatchObject([{ key: '', count: 2, last: 5 }]);
    expect([summary.invalid, code]).toEqual([2, 0]);
  });

  test('NaN as other writers put it is missing, an infinity is invalid; neither is a bad line', async () => {
    const { summary, stderr } = await one('{"time": 1, "value": NaN}\n{"time": 2, "value": -Infinity}');
    expect(summary).toMatchObject({ rows: 2, missing: 1, invalid: 1 });
    expect(stderr).toBe('');
  });

  test('a key may be a number or a truth value, and none is ""', async () => {
    const { lines } = await one(
      '{"time": 1, "value": 1}\n{"key": 7, "time": 1, "value": 1}\n{"key": true, "time": 1, "value": 1}',
    );
    expect(lines.map(({ key }) => key)).toEqual(['', '7', 'true']);
  });
});

describe('watermarks', () => {
  const input = ndjson([sample(1000), sample(30_000, 1, 'b'), sample(2000), sample(31_000, 1, 'b')]);

  test('per key a sample is late by its own key alone', async () => {
    const { lines, summary } = await streamviz(['windows', '--window', '10s'], input);
    expect(lines.map(brief)).toEqual(['a 0-10000: 2', 'b 30000-40000: 2']);
    expect(summary.dropped).toBe(0);
  });

  test('shared, a sample is late by the largest time over all keys, and results come as soon as that passes', async () => {
    const { lines, summary } = await streamviz(['windows', '--window', '10s', '--watermark', 'shared'], input);
    expect(lines.map(brief)).toEqual(['a 0-10000: 1', 'b 30000-40000: 2']);
    expect(summary.dropped).toBe(1);
  });

  test('shared results come in the order of their ends, then of first appearance', async () => {
    const rows = [
      sample(8000, 1, 'z'),
      sample(1000),
      sample(8000),
      sample(13_000, 1, 'b'),
      { watermark: 60_000 },
      sample(70_000),
    ];
    const { lines } = await streamviz(
      ['windows', '--window', '10s', '--slide', '5s', '--lateness', '20s', '--watermark', 'shared'],
      ndjson(rows),
    );
    expect(lines.map(brief)).toEqual([
      'a -5000-5000: 1',
      'z 0-10000: 1',
      'a 0-10000: 2',
      'z 5000-15000: 1',
      'a 5000-15000: 1',
      'b 5000-15000: 1',
      'b 10000-20000: 1',
      'a 65000-75000: 1',
      'a 70000-80000: 1',
    ]);
  });

  test.each(['shared', 'per-key'])(
    '%s: a stated watermark makes windows of all keys final at once, also of later keys',
    async (mode) => {
      const rows = [sample(1000), sample(1500, 1, 'b'), { watermark: 10_000 }, sample(2000, 1, 'c'), sample(12_000)];
      const { lines, summary } = await streamviz(['windows', '--window', '10s', '--watermark', mode], ndjson(rows));
      expect(lines.map(brief)).toEqual(['a 0-10000: 1', 'b 0-10000: 1', 'a 10000-20000: 1']);
      expect(summary.dropped).toBe(1);
    },
  );

  test('shared equals one operator per key that is told every watermark at once, for any input', async () => {
    const rows = fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c'),
        time: fc.integer({ min: 0, max: 90_000 }),
        value: fc.constantFrom(1, 2, null),
      }),
      { maxLength: 50 },
    );
    const shapes = [
      ['--window', '10s'],
      ['--window', '10s', '--slide', '3s'],
      ['--session', '7s'],
    ];
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom(...shapes),
        fc.constantFrom(0, 5, 60),
        fc.constantFrom(0, 20),
        async (given, shape, late, allowed) => {
          const options = ['windows', ...shape, '--aggregation', 'sum,delta', '--allowed-lateness', `${allowed}s`];
          const lazy = await streamviz([...options, '--watermark', 'shared', '--lateness', `${late}s`], ndjson(given));
          // The same by hand: after each sample the watermark is stated to keys that do not move their own.
          let largest = Number.NEGATIVE_INFINITY;
          const stated = given.flatMap((row) => {
            largest = Math.max(largest, row.time);
            return [row, { watermark: largest - late * 1000 }];
          });
          const eager = await streamviz([...options, '--lateness', '10d'], ndjson(stated));
          const byKey = (lines: readonly Line[]) =>
            ['a', 'b', 'c'].map((key) => lines.filter((line) => line.key === key));
          expect(byKey(lazy.lines)).toEqual(byKey(eager.lines));
          expect(lazy.summary).toEqual(eager.summary);
        },
      ),
      { numRuns: 120 },
    );
  });
});

test('a late row revises a final window within the allowed lateness and is dropped beyond', async () => {
  const rows = [sample(1000), sample(14_000), sample(2000), sample(16_000), sample(3000)];
  const { lines, summary } = await streamviz(['windows', '--window', '10s', '--allowed-lateness', '5s'], ndjson(rows));
  expect(lines.map(brief)).toEqual(['a 0-10000: 1', 'a 0-10000: 2 r1', 'a 10000-20000: 2']);
  expect(summary).toMatchObject({ late: 1, dropped: 1, outOfOrder: 2 });
});

test('a session names the final sessions that it replaces, in ms', async () => {
  const rows = [sample(0), sample(18_000), sample(60_000), sample(9000)];
  const { lines } = await streamviz(['windows', '--session', '10s', '--allowed-lateness', '1h'], ndjson(rows));
  expect(lines[2]).toMatchObject({
    start: 0,
    end: 28_000,
    count: 3,
    revision: 1,
    supersedes: [
      [0, 10_000],
      [18_000, 28_000],
    ],
  });
  expect(lines[3]).not.toHaveProperty('supersedes');
});

test('a result names the values that are not exact: a quantile from a sketch, a distinct count over its limit', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => sample(i, i));
  const call = ['windows', '--window', '10s', '--aggregation', 'p50,max,distinct'];
  const { lines } = await streamviz([...call, '--distinct-limit', '39'], ndjson(rows));
  expect(lines[0]).toMatchObject({ approximate: ['p50', 'distinct'], distinct: 39, max: 39 });
  expect((await streamviz(call, ndjson(rows.slice(0, 32)))).lines[0]).not.toHaveProperty('approximate');
});

test('--provisional adds the open windows after final results of their key, and all of them at the end', async () => {
  const rows = [sample(1000), sample(2000, 1, 'b'), sample(12_000), sample(13_000)];
  const { lines } = await streamviz(['windows', '--window', '10s', '--provisional'], ndjson(rows));
  expect(lines.map(brief)).toEqual([
    'a 0-10000: 1',
    'a 10000-20000: 1 so far',
    'a 10000-20000: 2 so far',
    'b 0-10000: 1 so far',
    'a 10000-20000: 2',
    'b 0-10000: 1',
  ]);
});

test('a counter, a sum per second and an origin before 0 reach the core', async () => {
  const rows = [sample(0, 5), sample(1000, 9), sample(2000, 3)];
  const counter = await streamviz(
    ['windows', '--window', '10s', '--counter', '--aggregation', 'increase,rate'],
    ndjson(rows),
  );
  expect(counter.lines).toMatchObject([{ increase: 7, rate: 0.7 }]);
  const sums = await streamviz(
    ['windows', '--window', '10s', '--per', '1s', '--aggregation', 'sum', '--origin', '-3s'],
    ndjson(rows),
  );
  expect(sums.lines).toMatchObject([{ start: -3000, end: 7000, sum: 1.7 }]);
});

describe('more keys than --max-keys', () => {
  const sorted = (lines: readonly Line[]) => lines.map((line) => JSON.stringify(line)).sort();
  const rowsUntil = (end: number) =>
    fc.array(
      fc.record({
        key: fc.nat({ max: 30 }).map(String),
        time: fc.integer({ min: 0, max: end }),
        value: fc.constantFrom(1, 2, 5, null),
      }),
      { minLength: 30, maxLength: 120, size: 'max' },
    );
  const options = ['--window', '10s', '--slide', '5s', '--aggregation', 'sum,p50', '--lateness', '2s'];

  test.each([
    ['--window 10s', ['--window', '10s']],
    ['--session 7s', ['--session', '7s']],
    ['late windows', [...options, '--allowed-lateness', '9s']],
  ])(
    '%s: those whose windows the shared watermark has passed leave without a trace in the results',
    async (_, shape) => {
      let left = 0;
      await fc.assert(
        fc.asyncProperty(rowsUntil(2_000_000), async (given) => {
          const late = [...given]
            .sort((a, b) => a.time - b.time)
            .map((row, i) => ({ ...row, time: row.time - (i % 9) * 500 }));
          const words = ['windows', ...shape, '--watermark', 'shared'];
          const all = await streamviz(words, ndjson(late));
          const few = await streamviz([...words, '--max-keys', '6'], ndjson(late));
          if (few.summary.closedEarly !== undefined) return;
          expect(sorted(few.lines)).toEqual(sorted(all.lines));
          left += few.summary.keys! - all.summary.keys!;
        }),
        { numRuns: 80 },
      );
      expect(left).toBeGreaterThan(20);
    },
  );

  test.each(['shared', 'per-key'])(
    '%s: the quietest are closed early, said and counted; no sample is lost',
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(rowsUntil(400_000), async (given) => {
          const words = ['windows', '--window', '10s', '--lateness', '1h', '--watermark', mode, '--max-keys', '4'];
          const { lines, summary, stderr } = await streamviz(words, ndjson(given));
          const held = lines.reduce((sum, { count }) => sum + count, 0);
          expect(held + summary.dropped! + summary.missing!).toBe(given.length);
          const keys = new Set(given.map(({ key }) => key)).size;
          expect(summary.closedEarly ?? 0).toBe(Math.max(0, summary.keys! - 4));
          expect(summary.keys).toBeGreaterThanOrEqual(keys);
          expect(stderr.includes('more than 4 keys at once')).toBe(keys > 4);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('one that comes back begins anew, also where results need the last sample before a window', async () => {
    const input = ndjson([sample(0, 1), sample(1000, 2, 'b'), sample(40_000, 9)]);
    const words = ['windows', '--window', '10s', '--aggregation', 'delta', '--watermark', 'shared', '--max-keys', '1'];
    const { lines, summary } = await streamviz(words, input);
    expect(lines.map(({ key, start, delta }) => [key, start, delta])).toEqual([
      ['a', 0, null],
      ['b', 0, null],
      ['a', 40_000, null],
    ]);
    expect(summary).toMatchObject({ keys: 3, closedEarly: 2 });
  });
});

describe('wrong calls end with code 2 and say what would be right', () => {
  test.each([
    [['windows', '--sesion', '10s'], 'unknown option --sesion; did you mean --session?'],
    [['windows', '--window', '10s', '--agregation=avg'], 'did you mean --aggregation?'],
    [['windows', '--window', '10s', '--aggregation', 'avgg'], 'did you mean "avg"?'],
    [['windows'], '--window D or --session D'],
    [['windows', '--window', '10s', '--session', '5s'], 'session'],
    [['windows', '--window', '10s', '--slide', '20s'], '--slide'],
    [['windows', '--window', 'ten'], '--window: a duration is'],
    [['windows', '--window', '10s', '--watermark', 'all'], 'per-key or shared'],
    [['windows', '--window', '10s', '--lateness', '-1s'], 'lateness'],
    [['windows', '--window', '10s', '--distinct-limit', '0'], '--distinct-limit'],
    [['windows', '--window', '10s', 'a', 'b'], 'one FILE'],
    [['windws'], 'did you mean windows?'],
    [[], 'no command'],
  ])('%j', async (words, message) => {
    const { code, stderr, stdout } = await streamviz(words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });
});

test('a file that cannot be read ends with code 1 and is named', async () => {
  const { code, stderr } = await streamviz(['windows', '--window', '10s', '/no/such/file']);
  expect([code, stderr.includes('/no/such/file')]).toEqual([1, true]);
});

test('help names every option', async () => {
  const { code, stdout } = await streamviz(['windows', '--help']);
  expect(code).toBe(0);
  for (const name of ['window', 'slide', 'session', 'origin', 'aggregation', 'counter', 'per', 'distinct-limit'])
    expect(stdout).toContain(`--${name}`);
  for (const name of ['lateness', 'allowed-lateness', 'watermark', 'provisional'])
    expect(stdout).toContain(`--${name}`);
  expect((await streamviz(['--help'])).stdout).toContain('windows');
});
