import { defineConfig } from 'vitest/config';

const FAULTS = ['test/e2e/{bad-messages,kernels,loss,python-interface,reruns}.test.ts'];
const ALONE = ['test/e2e/limits.test.ts', 'test/browser/**/*.test.ts'];

/** Tests against real servers and browsers, one file after another. */
const endToEnd = (name: string, include: string[], exclude: string[]) => ({
  test: { name, include, exclude, testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/standalone-e2e/**', 'test/browser/**'],
          testTimeout: 40_000,
          expect: { poll: { timeout: 20_000 } },
          // One thread takes many files: a process and a module graph for each would cost a quarter of the time.
          pool: 'threads',
          isolate: false,
        },
      },
      // Beside each other: `faults` mostly waits for healing, `e2e` drives pages.
      endToEnd('e2e', ['test/e2e/**/*.test.ts'], [...FAULTS, ...ALONE]),
      endToEnd('faults', FAULTS, []),
      endToEnd('standalone', ['test/standalone-e2e/**/*.test.ts'], []),
      // What measures a page or the wire has the machine to itself.
      endToEnd('alone', ALONE, []),
    ],
  },
});
