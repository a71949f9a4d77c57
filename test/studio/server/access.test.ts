import { describe, expect, test } from 'vitest';
import { type Gate, newKey, type RequestHead, refusalOf } from '../../../src/studio/server/access.ts';

const GATE: Gate = { port: 7336, allowedHosts: ['box.example:8080'], key: newKey() };
const KEY = `Bearer ${GATE.key}`;
const HONEST: RequestHead = {
  method: 'GET',
  path: '/api/log',
  host: '127.0.0.1:7336',
  origin: undefined,
  site: 'same-origin',
  authorization: KEY,
};

/** The code of the refusal of the honest request with these changes. */
function codeOf(changes: Partial<RequestHead>): string | undefined {
  return refusalOf({ ...HONEST, ...changes }, GATE)?.code;
}

describe('a request for data', () => {
  test.each<[string, Partial<RequestHead>]>([
    ['that the page sends', {}],
    ['that the page sends by its other name', { host: 'localhost:7336', origin: 'http://localhost:7336' }],
    ['with a name in capitals', { host: 'LOCALHOST:7336' }],
    ['through a tunnel that was allowed', { host: 'box.example:8080', origin: 'http://box.example:8080' }],
    ['of a program, which sends neither origin nor site', { site: undefined }],
    ['for the head alone', { method: 'HEAD' }],
  ])('%s is answered', (_, changes) => {
    expect(codeOf(changes)).toBeUndefined();
  });

  test.each<[string, Partial<RequestHead>, string]>([
    ['under a foreign name', { host: 'evil.example:7336' }, 'BAD_HOST'],
    ['without a name', { host: undefined }, 'BAD_HOST'],
    ['under our name and another port', { host: '127.0.0.1:80' }, 'BAD_HOST'],
    [
      'after rebinding, when origin and host agree',
      { host: 'evil.example', origin: 'http://evil.example' },
      'BAD_HOST',
    ],
    ['from a page of another site', { origin: 'https://evil.example', site: 'cross-site' }, 'BAD_ORIGIN'],
    [
      'from a page on another port of this machine',
      { origin: 'http://127.0.0.1:9000', site: 'same-site' },
      'BAD_ORIGIN',
    ],
    ['from a page without an origin', { origin: 'null' }, 'BAD_ORIGIN'],
    ['of our origin by another scheme', { origin: 'https://127.0.0.1:7336' }, 'BAD_ORIGIN'],
    ['that a person typed into the address bar', { site: 'none' }, 'BAD_ORIGIN'],
    ['without a key', { authorization: undefined }, 'LOCKED'],
    ['with another key', { authorization: `Bearer ${newKey()}` }, 'LOCKED'],
    ['with the beginning of the key', { authorization: KEY.slice(0, -1) }, 'LOCKED'],
    ['with a longer key', { authorization: `${KEY}x` }, 'LOCKED'],
    ['with the key alone', { authorization: GATE.key }, 'LOCKED'],
    ['by POST', { method: 'POST' }, 'BAD_METHOD'],
    ['by OPTIONS', { method: 'OPTIONS' }, 'BAD_METHOD'],
  ])('%s is refused', (_, changes, code) => {
    expect(codeOf(changes)).toBe(code);
  });

  test('is refused by name before the key is looked at', () => {
    expect(codeOf({ host: 'evil.example', authorization: undefined })).toBe('BAD_HOST');
  });
});

describe('names that the server is asked under', () => {
  const codeAt = (gate: Partial<Gate>, changes: Partial<RequestHead>) =>
    refusalOf({ ...HONEST, ...changes }, { ...GATE, ...gate })?.code;

  test.each<[Partial<Gate>, Partial<RequestHead>]>([
    [{ port: 80 }, { host: '127.0.0.1', origin: 'http://127.0.0.1' }],
    [{ port: 80 }, { host: 'localhost:80' }],
    [{ ownName: '192.168.1.5' }, { host: '192.168.1.5:7336', origin: 'http://192.168.1.5:7336' }],
    [{ ownName: '[::1]' }, { host: '[::1]:7336', origin: 'http://[::1]:7336' }],
    [{ allowedHosts: ['Box.example:443'] }, { host: 'box.example', origin: 'https://box.example' }],
    [{ allowedHosts: ['Box.example:443'] }, { host: 'box.example:443' }],
    [{}, { host: 'box.example:8080', origin: 'https://box.example:8080' }],
  ])('%j answers %j', (gate, changes) => {
    expect(codeAt(gate, changes)).toBeUndefined();
  });

  test.each<[Partial<Gate>, Partial<RequestHead>, string]>([
    [{}, { host: '127.0.0.1' }, 'BAD_HOST'],
    [{}, { host: 'box.example' }, 'BAD_HOST'],
    [{}, { host: '192.168.1.5:7336' }, 'BAD_HOST'],
    [{ port: 80 }, { host: '127.0.0.1:8080' }, 'BAD_HOST'],
    [{ allowedHosts: ['box.example:443'] }, { host: 'box.example:80' }, 'BAD_HOST'],
    [{ allowedHosts: ['box.example:443'] }, { host: 'box.example', origin: 'https://evil.example' }, 'BAD_ORIGIN'],
    [{ port: 80 }, { host: 'localhost', origin: 'http://localhost:8080' }, 'BAD_ORIGIN'],
  ])('%j refuses %j', (gate, changes, code) => {
    expect(codeAt(gate, changes)).toBe(code);
  });
});

describe('a request for a file of the page', () => {
  test.each<[string, Partial<RequestHead>]>([
    ['that a person typed', { site: 'none', authorization: undefined }],
    ['by a link on another site', { site: 'cross-site', authorization: undefined }],
    ['by the page', { authorization: undefined }],
  ])('%s is answered', (_, changes) => {
    expect(codeOf({ path: '/', ...changes })).toBeUndefined();
  });

  test.each<[string, Partial<RequestHead>, string]>([
    ['under a foreign name', { host: 'evil.example' }, 'BAD_HOST'],
    ['by POST', { method: 'POST' }, 'BAD_METHOD'],
  ])('%s is refused', (_, changes, code) => {
    expect(codeOf({ path: '/', ...changes })).toBe(code);
  });
});

test('keys have 256 bits, and no two are alike', () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(Buffer.from(key, 'base64url')).toHaveLength(32);
});
