import { expect, test } from 'vitest';
import type { StudioOptions } from '../../src/studio/open-studio.ts';
import { checkOptions } from '../../src/studio/studio-options.ts';

const MODEL = { module: import.meta.url, export: 'shop' };

test.each<[string, unknown]>([
  ['path', undefined],
  ['path', null],
  ['path', {}],
  ['path', { path: '' }],
  ['path', { path: 7 }],
  ['model', { path: 'a.db', model: 'model.ts' }],
  ['model', { path: 'a.db', model: null }],
  ['model', { path: 'a.db', model: { module: './model.ts', export: 'shop' } }],
  ['model', { path: 'a.db', model: { module: import.meta.url, export: 7 } }],
  ['port', { path: 'a.db', port: -1 }],
  ['port', { path: 'a.db', port: 65_536 }],
  ['port', { path: 'a.db', port: 1.5 }],
  ['port', { path: 'a.db', port: '80' }],
  ['host', { path: 'a.db', host: '' }],
  ['host', { path: 'a.db', host: 7 }],
  ['host', { path: 'a.db', host: 'a/b' }],
  ['host', { path: 'a.db', host: 'user@evil' }],
  ['allowHosts', { path: 'a.db', allowHosts: 'box.example:80' }],
  ['allowHosts', { path: 'a.db', allowHosts: [7] }],
  ['allowHosts', { path: 'a.db', allowHosts: [undefined] }],
  ['allowHosts', { path: 'a.db', allowHosts: ['box.example'] }],
  ['allowHosts', { path: 'a.db', allowHosts: ['*:80'] }],
  ['allowHosts', { path: 'a.db', allowHosts: ['box.example:99999'] }],
  ['allowHosts', { path: 'a.db', allowHosts: ['http://box.example:80'] }],
])('a wrong %s in %j is named', (type, options) => {
  expect(() => checkOptions(options as StudioOptions)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', type, hint: expect.any(String) }),
  );
});

test('what is left out has its default, and what is right stays', () => {
  expect(checkOptions({ path: 'a.db' })).toEqual({ path: 'a.db', host: '127.0.0.1', allowHosts: [] });
  const options = { path: 'a.db', model: MODEL, port: 0, host: '::1', allowHosts: ['Box.example:443', '[::1]:80'] };
  expect(checkOptions(options)).toEqual(options);
});
