import { describe, expect, it } from 'vitest';
import { fitName } from '../src/ui/fit';

describe('what a wall has room for', () => {
  it.each([
    ['', 1920, 1080, '1'],
    ['?scale=1.25', 1920, 1080, '1.25'],
    ['?theme=light&scale=1.5', 1280, 720, '1.5'],
    ['?scale=7', 1920, 1080, '1'],
    ['?scale=1.25', 1080, 1920, 'upright'],
  ] as const)('%s on %i × %i', (search, width, height, name) => {
    expect(fitName(search, width, height)).toBe(name);
  });
});
