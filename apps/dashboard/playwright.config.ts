import { defineConfig } from '@playwright/test';

// Against the real server (DAYBOOKD) and Debian's Chromium (CHROMIUM), two tests at a time: each has a server of its own.
export default defineConfig({
  testDir: 'e2e',
  projects: [
    { name: 'tests', testMatch: '*.spec.ts' },
    { name: 'screenshots', testMatch: 'screenshots.ts' },
  ],
  fullyParallel: true,
  workers: 2,
  timeout: 90_000,
  // A machine that is busy with other things: said, and tried once more.
  retries: process.env.CI ? 1 : 0,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  outputDir: process.env.DAYBOOK_E2E_RESULTS ?? 'test-results',
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
});
