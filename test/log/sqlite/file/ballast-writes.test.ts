/** A disk that takes writes and writes nothing: the ballast must give up, not try for ever. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { Ballast, ballastPath } from '../../../../src/log/sqlite/file/ballast.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'refold-ballast-'));

afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('writes of nothing count as a full disk: no ballast, and no file left behind', () => {
  const path = join(folder, 'log.db');
  vi.spyOn(fs, 'writeSync').mockReturnValue(0);
  expect(new Ballast(path).restore()).toBe(false);
  expect(fs.existsSync(ballastPath(path))).toBe(false);
  vi.restoreAllMocks();
  expect(new Ballast(path).restore()).toBe(true);
});
