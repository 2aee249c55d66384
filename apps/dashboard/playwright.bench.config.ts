import { defineConfig } from '@playwright/test';
import base from './playwright.config';

// What the page costs, in a real browser before a real server. Prints rows for the table of ./dev bench, and nothing else.
export default defineConfig({
  ...base,
  testDir: 'bench',
  projects: [{ name: 'bench', testMatch: '*.bench.ts' }],
  // One at a time: they are measured.
  fullyParallel: false,
  workers: 1,
  timeout: 600_000,
  retries: 0,
  reporter: [['./bench/rows.ts']],
});
