/** vitest runs this for each test file. */
import { afterEach, vi } from 'vitest';
import { clean } from './cleaning.ts';

// A test that failed may have left fake timers on. What is cleaned up, and the next file of this worker, need real ones.
afterEach(() => {
  vi.useRealTimers();
  return clean();
});
