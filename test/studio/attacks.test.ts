/**
 * Attacks on a studio that holds data, over plain sockets, which set any header. Each has a control: the same request with the one
 * thing changed that the guard looks at. So it is the guard that refuses it.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from 'refold';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AskedStudio, SHOP } from './asking.ts';
import { shop } from './shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'refold-studio-'));
const path = join(folder, 'secret.db');
const TUNNEL = 'box.example:8443';
let studio: AskedStudio;
let host: string;

beforeAll(async () => {
  await using store = await openStore(shop, { path, durability: 'os' });
  for (let n = 1; n <= 20; n++) await store.append({ type: 'Put', data: { id: n, word: 'secret' } });
  await store.close();
  studio = await AskedStudio.open({ path, model: SHOP, allowHosts: [TUNNEL] });
  ({ host } = new URL(studio.origin));
});
afterAll(async () => {
  await studio[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function send({ method = 'GET', path: at = '/api/moment?at=7', headers = {} }: Sent): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const [hostname, port] = host.split(':');
  const all = { Host: host, Authorization: `Bearer ${studio.key}`, ...headers };
  const asked = request({ hostname, port, method, path: at, headers: all, setHost: false }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (text) => (body += text));
    response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
  });
  asked.on('error', reject).end();
  return promise;
}

test.each<[string, Sent, Sent]>([
  ['a foreign name', { headers: { Host: 'evil.example' } }, { headers: { Host: TUNNEL } }],
  ['a name of another port', { headers: { Host: '127.0.0.1:1' } }, {}],
  [
    'a rebound name, whose Origin is equal',
    { headers: { Host: 'evil.example:7336', Origin: 'http://evil.example:7336' } },
    { headers: { Host: TUNNEL, Origin: `https://${TUNNEL}` } },
  ],
  ['a page of another site', { headers: { Origin: 'http://evil.example' } }, {}],
  ['a sandboxed frame or a file', { headers: { Origin: 'null' } }, {}],
  [
    'an image or a form of another site',
    { headers: { 'Sec-Fetch-Site': 'cross-site' } },
    { headers: { 'Sec-Fetch-Site': 'same-origin' } },
  ],
  ['another port of this machine', { headers: { 'Sec-Fetch-Site': 'same-site' } }, {}],
  ['a missing key', { headers: { Authorization: '' } }, {}],
  ['a wrong key', { headers: { Authorization: `Bearer ${'A'.repeat(43)}` } }, {}],
  ['a key in the address', { path: '/api/moment?at=7&key=KEY', headers: { Authorization: '' } }, {}],
  ['POST', { method: 'POST' }, {}],
  ['PUT', { method: 'PUT' }, {}],
  ['OPTIONS, which asks for more rights', { method: 'OPTIONS' }, {}],
])('%s gets no data, and does without', async (_, attack, control) => {
  const withKey = { ...attack, path: attack.path?.replace('KEY', studio.key) ?? '/api/moment?at=7' };
  const refused = await send(withKey);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.body).not.toContain('secret');
  expect(JSON.parse(refused.body)).toMatchObject({ code: expect.any(String), hint: expect.any(String) });
  expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  const answered = await send(control);
  expect(answered.status).toBe(200);
  expect(answered.body).toContain('secret');
});

test.each(['/../secret.db', '/..%2fsecret.db', '//secret.db', '/.%2e/secret.db', `/${'../'.repeat(20)}etc/passwd`])(
  '%s is not a file of the page, though one is there',
  async (at) => {
    const page = join(folder, 'page');
    expect(existsSync(join(page, decodeURIComponent(at))) || existsSync(join(folder, decodeURIComponent(at)))).toBe(
      true,
    );
    for (const headers of [{}, { Authorization: '' }]) {
      expect(await send({ path: at, headers })).toMatchObject({
        status: 404,
        body: expect.not.stringMatching(/SQLite|root:/),
      });
    }
  },
);

test('no answer may be framed, sniffed, kept, or read by another site; scripts come from the page alone', async () => {
  for (const at of ['/', '/api/log', '/api/moment?at=7', '/nothing', '/api/events?count=1']) {
    const { headers } = await send({ path: at });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"]) {
      expect(String(headers['content-security-policy']).split('; ')).toContain(rule);
    }
  }
});

describe('text that would be a script', () => {
  const EVIL = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '</script>',
    '\u202egnp.exe',
    'a\u0000b',
  ];

  test('comes as JSON, which no browser runs, and is what was written', async () => {
    const evil = join(folder, `<img src=x onerror=alert(1)>.db`);
    await using store = await openStore(shop, { path: evil, durability: 'os' });
    for (const [id, word] of EVIL.entries()) await store.append({ type: 'Put', data: { id, word } });
    await store.close();
    await using other = await AskedStudio.open({ path: evil, model: SHOP });
    for (const [index, word] of EVIL.entries()) {
      const response = await other.fetch(`moment?at=${index + 1}`);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await response.json()).toMatchObject({ event: { data: { word } } });
    }
    const lines = await other.lines('events');
    expect(lines.slice(0, -1).map(({ data }) => data.word)).toEqual(EVIL);
    expect(await other.ask('log')).toMatchObject({ path: evil });
  });
});

test('bad questions of every kind end in an answer, and the studio goes on', async () => {
  const looks = (count: number) =>
    encodeURIComponent(JSON.stringify(Array.from({ length: count }, () => ({ path: '' }))));
  const deep = encodeURIComponent(`things${'[1]'.repeat(3_000)}`);
  for (const at of [
    `/api/moment?look=${looks(65)}`,
    `/api/moment?look=${encodeURIComponent('[{"path":"things","count":2001}]')}`,
    `/api/moment?look=${encodeURIComponent(`${'['.repeat(9_000)}`)}`,
    `/api/table?path=${deep}&count=9999999`,
    `/api/why?path=${'x'.repeat(10_001)}`,
    '/api/moment?at=99999999999999999999',
    '/api/moment?at=%FF%FE',
    '/api/timeline?buckets=1e9',
    '/api/__proto__',
    '/api/constructor',
  ]) {
    const { status, body } = await send({ path: at });
    const problem = JSON.parse(body.trim().split('\n').at(-1)!);
    expect(problem.error ?? problem).toMatchObject({ code: expect.stringMatching(/^(INVALID_OPTION|NOT_FOUND)$/) });
    if (problem.error === undefined) expect([400, 404]).toContain(status);
  }
  const inSight = await send({ path: `/api/moment?at=7&look=${looks(64)}` });
  expect(JSON.parse(inSight.body).look).toHaveLength(64);
});

test('the folder is as it was, but for what SQLite needs to read', async () => {
  const others = (): string[] =>
    readdirSync(folder)
      .filter((name) => name.startsWith('secret.db') && !name.endsWith('-shm'))
      .filter((name) => !name.endsWith('-wal') || statSync(join(folder, name)).size > 0)
      .map(
        (name) =>
          `${name} ${statSync(join(folder, name)).mtimeMs} ${readFileSync(join(folder, name)).toString('base64')}`,
      );
  const before = others();
  expect(before).toHaveLength(4); // the log, its lock, its witness, its ballast
  await using other = await AskedStudio.open({ path, model: SHOP });
  for (const question of ['log', 'timeline', 'moment?at=3', 'moment?at=20', 'table?path=things', 'diff?from=1&to=9'])
    expect(await other.ask(question)).toMatchObject({ status: 200 });
  for (const question of ['events', 'why?path=things[1]']) await other.lines(question);
  await other[Symbol.asyncDispose]();
  expect(others()).toEqual(before);
});
