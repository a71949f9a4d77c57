import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fileAt, readPage } from '../../../src/studio/server/page-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the files of the page are served with their types, and no others', () => {
  mkdirSync(join(folder, 'fonts'));
  for (const name of ['index.html', 'page.js', 'page.js.map', 'fonts/mono.woff2', '.env', 'notes.md']) {
    writeFileSync(join(folder, name), name);
  }
  symlinkSync('/etc/passwd', join(folder, 'link.txt'));
  const files = readPage(folder);
  expect([...files.keys()].sort()).toEqual(['/fonts/mono.woff2', '/index.html', '/page.js']);
  expect(fileAt(files, '/')).toEqual({ type: 'text/html; charset=utf-8', content: Buffer.from('index.html') });
  expect(fileAt(files, '/fonts/mono.woff2')).toMatchObject({ type: 'font/woff2' });
  for (const path of ['', '/fonts', '/../index.html', '/link.txt', '/.env', '__proto__']) {
    expect(fileAt(files, path)).toBeUndefined();
  }
});
