/** A control that does not fit the engine's text changes nothing, and what it ends in would pass for noticed. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONTROLS, underControl } from './controls.ts';

const ROOT = new URL('../../..', import.meta.url);

test.each(Object.entries(CONTROLS))('%s: the control fits the engine as it is', (name, changes) => {
  for (const { file } of changes) {
    const url = new URL(`.${file}`, ROOT);
    const text = readFileSync(url, 'utf8');
    expect(underControl(name, url.href, text)).not.toBe(text);
  }
});
