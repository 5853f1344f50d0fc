import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const FAULTS = ['test/e2e/{bad-messages,kernels,python-interface,reruns}.test.ts'];
/** Mostly waits, for holes of up to a minute to heal. */
const LOSS = ['test/e2e/loss.test.ts'];
/** Pages and frames whose painting is counted or timed. */
const ALONE = ['test/e2e/limits.test.ts', 'test/browser/{cards,metric-paint,metric-use,still}.test.ts'];
/** The extension from the built wheel, and the other hosts. */
const LAB = ['test/e2e/{apps,lab-extension,notebook7,notebook7-extension,wheel}.test.ts'];
/** Left out of `npm run check`, part of `npm test`: they start processes, read megabytes, check passwords, wait for seconds or play long histories. */
const SLOW = [
  'test/cli/bundle.test.ts',
  'test/fuzz/fuzzing.test.ts',
  'test/ground/arrows.test.ts',
  'test/session/{healing,session-state}.test.ts',
  'test/standalone/{http/idle,http/stream,hub/snapshot,life/process,ws/packed,ws/results-bytes,ws/results-law,ws/server-law}.test.ts',
  'test/standalone/openapi/openapi.test.ts',
  'test/standalone/accounts/{log-in,scrypt-thread,start,users}.test.ts',
  'test/standalone/history/{care,earlier-runs,file-errors,full-disk,kill,reader,restore}.test.ts',
  'test/standalone/history/segments/{hostile,stitch-law,unbounded-law}.test.ts',
];
const quick = process.env.STREAMVIZ_QUICK !== undefined;
const oneSeed = fileURLToPath(new URL('test/one-seed.ts', import.meta.url));
const quickCheck = fileURLToPath(new URL('test/quick-check.ts', import.meta.url));

/** Laws over fewer random cases. */
const fewerCases = {
  name: 'fewer-cases',
  enforce: 'pre' as const,
  resolveId: (source: string, importer: string | undefined) =>
    source === 'fast-check' && importer !== quickCheck ? quickCheck : undefined,
};

/** Tests against real servers and browsers, one file after another. */
const endToEnd = (name: string, include: string[], exclude: string[]) => ({
  test: {
    setupFiles: [oneSeed],
    ...{ name, include, exclude, testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false },
    expect: { poll: { timeout: 30_000 } },
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        plugins: quick ? [fewerCases] : [],
        test: {
          name: 'unit',
          setupFiles: [oneSeed],
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/standalone-e2e/**', 'test/browser/**', ...(quick ? SLOW : [])],
          testTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
          // One thread takes many files: a process and a module graph for each would cost a quarter of the time.
          pool: 'threads',
          isolate: false,
          maxWorkers: 2,
        },
      },
      // Two at a time (scripts/test.ts); a third would starve what is judged by the clock.
      endToEnd('e2e', ['test/e2e/**/*.test.ts'], [...FAULTS, ...LOSS, ...LAB, ...ALONE]),
      endToEnd('faults', FAULTS, []),
      endToEnd('loss', LOSS, []),
      endToEnd('standalone', ['test/standalone-e2e/**/*.test.ts'], []),
      endToEnd('lab', LAB, []),
      endToEnd('browser', ['test/browser/**/*.test.ts'], ALONE),
      // What measures a page or the wire has the machine to itself.
      endToEnd('alone', ALONE, []),
    ],
  },
});
