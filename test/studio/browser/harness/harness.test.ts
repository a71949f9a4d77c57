/** What the harness must notice: each of these pages would fail a test. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAFE_HEADERS } from '../../../../src/studio/server/headers.ts';
import { openAddress } from './browser.ts';
import { numberIn } from './studio-page.ts';

/** Pages by their path. The script of one is at its path with `.js`. */
const PAGES: Readonly<Record<string, { readonly script: string; readonly isSafe?: boolean; readonly body?: string }>> =
  {
    '/quiet': { script: 'document.body.append("quiet")' },
    '/error': { script: 'console.error("broken")' },
    '/throws': { script: 'throw new Error("broken")' },
    '/rejects': { script: 'Promise.reject(new Error("broken"))' },
    '/html': { script: 'try { document.body.innerHTML = "<b>x</b>" } catch {}' },
    '/inline': { script: '', body: '<p onclick="alert(1)">x</p><script>window.attacked = 1</script>' },
    '/foreign': { script: 'fetch("http://127.0.0.2:9/").catch(() => {})', isSafe: false },
    '/image': { script: '', body: '<img src="http://127.0.0.2:9/x.png">', isSafe: false },
    '/missing': { script: '', body: '<img src="/nothing">' }, // it is awaited before the page is loaded
  };

let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url!.replace(/\.js$/, '');
    const page = PAGES[path];
    if (page === undefined) response.statusCode = request.url === '/favicon.ico' ? 204 : 404;
    if (page?.isSafe !== false)
      for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    const isScript = request.url!.endsWith('.js');
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? page?.script : `<!doctype html><body>${page?.body ?? ''}<script src="${path}.js"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a page', () => {
  test('that does nothing wrong has no complaint', async () => {
    expect(await (await openAddress(`${origin}/quiet`)).end()).toEqual([]);
  });

  test.each([
    ['/error', /^console: broken/],
    ['/throws', /^error: .*broken/],
    ['/rejects', /^error: .*broken/],
    ['/html', /^policy: require-trusted-types-for/],
    ['/inline', /^policy: script-src-elem inline/],
    ['/foreign', /^request to http:\/\/127\.0\.0\.2/],
    ['/image', /^request to http:\/\/127\.0\.0\.2/],
    ['/missing', /^console: .*404/],
  ])('%s has %s', async (path, fault) => {
    const { end } = await openAddress(origin + path);
    expect(await end()).toContainEqual(expect.stringMatching(fault));
  });

  test('may have a fault that the test expects, and must have it', async () => {
    const [broken, quiet] = [await openAddress(`${origin}/error`), await openAddress(`${origin}/quiet`)];
    for (const { faults } of [broken, quiet]) faults.expect(/broken/);
    expect(await broken.end()).toEqual([]);
    expect(await quiet.end()).toEqual(['expected, and did not happen: /broken/']);
  });
});

test.each([
  ['12,345 events', 12_345],
  ['event 7', 7],
  ['1 234 567', 1_234_567],
])('the number in %j is %d', (text, number) => {
  expect(numberIn(text)).toBe(number);
});
