/**
 * A control whose text does not match the engine's source would change nothing, and its error would count as noticed.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONTROLS, underControl } from './controls.ts';

const ROOT = new URL('../../..', import.meta.url);

test.each(Object.entries(CONTROLS))('%s: the control matches the engine’s source', (name, changes) => {
  for (const { file } of changes) {
    const url = new URL(`.${file}`, ROOT);
    const text = readFileSync(url, 'utf8');
    expect(underControl(name, url.href, text)).not.toBe(text);
  }
});
