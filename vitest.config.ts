import { defineConfig } from 'vitest/config';

/** What a test waits for comes in milliseconds; where it does not come at all, the test fails after this long on any machine. */
const patience = { poll: { timeout: 30_000, interval: 50 } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          expect: patience,
          include: ['{backend,electron,renderer,scripts}/**/*.test.{ts,tsx}', 'tests/{unit,security}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.services.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'services',
          expect: patience,
          include: ['{backend,scripts}/**/*.services.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'faults',
          expect: patience,
          include: ['tests/faults/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'service-faults',
          expect: patience,
          include: ['tests/service-faults/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          expect: patience,
          include: ['e2e/**/*.e2e.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
