import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  // speed.ts and screenshots.ts are run by name, not with the journeys
  testMatch: process.env.RUN ?? '*.spec.ts',
  fullyParallel: false,
  workers: 1,
  // on a busy machine a browser may miss a beat: a journey that needs its second try is reported as flaky
  retries: 1,
  // for the slowest machine: signing in alone hashes a password, on purpose slowly
  timeout: 120_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  globalSetup: './e2e/server.ts',
  reporter: [['line'], ['json', { outputFile: process.env.E2E_RESULTS ?? 'test-results/results.json' }]],
  outputDir: process.env.E2E_OUTPUT ?? 'test-results',
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'Africa/Johannesburg',
    viewport: { width: 1360, height: 850 },
    // pictures of each step slow what is measured, and a working day
    trace: 'on-first-retry',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
