// The lines of the log: one for each event, whatever a client sent, and without a secret.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServerLog } from '../../../standalone/server/log/log.ts';
import { LOG_LEVELS, type LogFields, oneLine } from '../../../standalone/server/log/log-line.ts';

const SECRET = 'dV3ry-s3cret_Token/+="';

/** A log with its lines; the clock stands unless it is moved. */
function logOf(
  options: { readonly level?: (typeof LOG_LEVELS)[number] | 'off'; readonly format?: 'text' | 'json' } = {},
) {
  const lines: string[] = [];
  const clock = { nowMs: Date.UTC(2026, 2, 3, 14), isFull: false };
  const log = new ServerLog({
    ...{ level: options.level ?? 'debug', format: options.format ?? 'json' },
    put: (line) => void lines.push(line),
    now: () => clock.nowMs,
    isFull: () => clock.isFull,
  });
  return { log, lines, clock };
}

const scalar = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.double(), fc.boolean(), fc.constant(null));
const fields = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(scalar, fc.array(fc.string())), { maxKeys: 5 });

describe('a line', () => {
  it('as JSON holds time, level, event and every field', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom(...LOG_LEVELS), (given, level) => {
        const { log, lines } = logOf();
        log.write(level, 'it.happened', given);
        const { time, level: told, event, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
        expect([time, told, event]).toEqual(['2026-03-03T14:00:00.000Z', level, 'it.happened']);
        const wanted = Object.entries(given).map(([name, value]) => [
          ['time', 'level', 'event'].includes(name) ? `${name}_` : name,
          typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
        ]);
        expect(rest).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(wanted))));
      }),
    );
  });

  it.each(['text', 'json'] as const)('as %s has no break and no control character', (format) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { log, lines } = logOf({ format });
        log.write('warn', 'it.happened', {
          text: `\u2028\n\r\u0085\u001b[2J${text}`,
          list: [text],
          error: new Error(text),
        });
        expect(lines.length).toBe(1);
        expect(lines[0]).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });

  it('as text is for people: plain words as they are, the rest as JSON strings', () => {
    const { log, lines } = logOf({ format: 'text' });
    log.write('warn', 'access.denied', {
      code: 'TOKEN_WRONG',
      address: '10.0.0.7',
      path: '/a b',
      ms: 1.5,
      ok: false,
      none: undefined,
    });
    expect(lines).toEqual([
      '2026-03-03T14:00:00.000Z warn  access.denied code=TOKEN_WRONG address=10.0.0.7 path="/a b" ms=1.5 ok=false',
    ]);
  });

  it('of an error tells code, place and cause', () => {
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'ENOSPC' });
    const told = oneLine(error);
    expect(told).toMatch(/^ENOSPC Error: outer \| at .* \| caused by TypeError: inner \| at /);
  });

  it('is cut where a client sent megabytes', () => {
    const { log, lines } = logOf();
    log.write('warn', 'it.happened', { text: 'x'.repeat(1e6) });
    expect(lines[0]?.length).toBeLessThan(1200);
  });
});

describe('no secret leaves', () => {
  it.each(['text', 'json'] as const)('by %s, in whatever field and form it stands', (format) => {
    const carriers: readonly ((secret: string) => LogFields)[] = [
      (secret) => ({ url: `/ws?x=1&token=${encodeURIComponent(secret)}&y=2` }),
      (secret) => ({ text: `before ${secret} after` }),
      (secret) => ({ list: ['a', secret] }),
      (secret) => ({ error: new Error(`failed with ${secret}`) }),
      (secret) => ({ error: new Error('outer', { cause: new Error(secret) }) }),
      (secret) => ({ json: JSON.stringify({ password: secret }) }),
    ];
    for (const carry of carriers) {
      const { log, lines } = logOf({ format });
      log.hide(SECRET);
      log.write('error', 'it.happened', carry(SECRET));
      expect(lines[0]).toContain('[hidden]');
      expect(lines[0]).not.toContain('s3cret_Token');
    }
  });

  it('that stands where requests carry one, known or not', () => {
    const unknown = 'q8-nobody-told-of-it';
    for (const text of [
      `GET /api/query?token=${unknown}`,
      `Authorization: Bearer ${unknown}`,
      `authorization: basic ${Buffer.from(`me:${unknown}`).toString('base64')}`,
      `Cookie: a=b; streamviz-8600=${unknown}; c=d`,
      `{"url":"http://a/?token=${unknown}"}`,
    ]) {
      const { log, lines } = logOf();
      log.write('warn', 'it.happened', { text });
      expect(lines[0]).toContain('[hidden]');
      expect(lines[0]).not.toContain(unknown);
      expect(lines[0]).not.toContain(Buffer.from(`me:${unknown}`).toString('base64'));
    }
  });
});

describe('what is written', () => {
  it('is of the level asked for, or above', () => {
    for (const [least, level] of [...LOG_LEVELS, 'off' as const].entries()) {
      const { log, lines } = logOf({ level });
      for (const one of LOG_LEVELS) log.write(one, `at.${one}`);
      expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(LOG_LEVELS.slice(least));
      expect(LOG_LEVELS.filter((one) => log.isOn(one))).toEqual(LOG_LEVELS.slice(least));
    }
  });

  it('of one event is at most 200 lines at once and 20 a second; how many were left out is told; other events go on', () => {
    const { log, lines, clock } = logOf();
    for (let i = 0; i < 1000; i += 1) log.write('warn', 'often', { i });
    expect(lines.length).toBe(200);
    log.write('warn', 'seldom');
    expect(lines.length).toBe(201);
    for (let second = 0; second < 10; second += 1) {
      clock.nowMs += 1000;
      for (let i = 0; i < 100; i += 1) log.write('warn', 'often');
    }
    const told = lines.map((line) => JSON.parse(line) as { event: string; suppressed?: number });
    expect(told.length).toBe(401);
    clock.nowMs += 1000;
    log.write('warn', 'often');
    const last = JSON.parse(lines.at(-1) ?? '') as { suppressed?: number };
    const left = [...told, last].reduce((sum, { suppressed }) => sum + (suppressed ?? 0), 0);
    expect(left + 401).toBe(1000 + 1000 + 1);
  });

  it('waits in memory no longer than its reader is behind: lines are left out, and how many is told', () => {
    const { log, lines, clock } = logOf();
    log.write('warn', 'often');
    clock.isFull = true;
    for (let i = 0; i < 50; i += 1) log.write('warn', 'often');
    expect(lines.length).toBe(1);
    clock.isFull = false;
    log.write('warn', 'often');
    expect([lines.length, (JSON.parse(lines[1] ?? '') as { suppressed?: number }).suppressed]).toEqual([2, 50]);
  });
});
