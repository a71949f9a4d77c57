/** Attacks on the page and from other pages. Each is also made where no guard stands, and succeeds there. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ATTACKS, BIDI } from './fixtures/hostile.ts';
import { BOOK, HOSTILE } from './fixtures/logs.ts';
import { openSite, openUnguarded, type Site } from './harness/attacker.ts';
import { openAddress } from './harness/browser.ts';
import type { StudioPage } from './harness/studio-page.ts';
import { studioFor } from './harness/studios.ts';
import { test } from './harness/test.ts';

const book = studioFor(BOOK);
const hostile = studioFor(HOSTILE);
let site: Site;
let unguarded: Site;
beforeAll(async () => {
  site = await openSite({ '/': '<!doctype html><title>a site</title><body></body>' });
  unguarded = await openUnguarded();
});
afterAll(() => {
  site.close();
  unguarded.close();
});

/** Makes an attack from a page of the other site. */
async function from<Result>(attack: (page: Page) => Promise<Result>): Promise<Result> {
  const { page, context } = await openAddress(site.origin);
  try {
    return await attack(page);
  } finally {
    await context.close();
  }
}

describe('a page of another site', () => {
  async function framed(page: Page, address: string): Promise<string> {
    await page.evaluate((src) => {
      const { document } = globalThis as any;
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
      return new Promise((resolve) => frame.addEventListener('load', resolve));
    }, address);
    const [, frame] = page.frames();
    return (await frame!.locator('body').textContent()) ?? '';
  }

  test('cannot frame the studio', async () => {
    expect(await from((page) => framed(page, book.url))).not.toContain('refold');
    expect(await from((page) => framed(page, `${unguarded.origin}/`))).toContain('refold studio');
  });

  /** Whether a picture of the address was shown. */
  function shown(page: Page, address: string): Promise<boolean> {
    return page.evaluate((src) => {
      const { document } = globalThis as any;
      const image = document.createElement('img');
      const shownOrNot = new Promise<boolean>((resolve) => {
        image.onload = () => resolve(true);
        image.onerror = () => resolve(false);
      });
      image.src = src;
      return shownOrNot;
    }, address);
  }

  test('cannot show its pictures, and so cannot tell that it runs', async () => {
    expect(await from((page) => shown(page, `${book.origin}/icon.svg`))).toBe(false);
    expect(await from((page) => shown(page, `${unguarded.origin}/icon.svg`))).toBe(true);
  });

  /** What a page reads there with a key, or null. */
  function read(page: Page, origin: string, key: string): Promise<string | null> {
    return page.evaluate(
      ([address, bearer]) =>
        fetch(address!, { headers: { Authorization: `Bearer ${bearer}` } }).then(
          (answer) => answer.text(),
          () => null,
        ),
      [`${origin}/api/log`, key],
    );
  }

  test('cannot read the data, even with the key', async () => {
    expect(await from((page) => read(page, book.origin, book.key))).toBeNull();
    expect(await from((page) => read(page, unguarded.origin, book.key))).toContain('secret');
  });

  /** Sends a form as a browser does, and says what the tab shows then. */
  async function sent(page: Page, origin: string, method: string): Promise<string> {
    const arrived = page.waitForURL(`${origin}/**`);
    await page.evaluate(
      ([action, how]) => {
        const { document } = globalThis as any;
        const form = document.createElement('form');
        Object.assign(form, { action, method: how });
        document.body.append(form);
        form.submit();
      },
      [`${origin}/api/log`, method],
    );
    await arrived;
    return (await page.locator('body').textContent()) ?? '';
  }

  for (const [method, code] of [
    ['post', 'BAD_METHOD'],
    ['get', 'BAD_ORIGIN'],
  ] as const) {
    test(`cannot send a form by ${method}`, async () => {
      expect(await from((page) => sent(page, book.origin, method))).toContain(code);
      expect(await from((page) => sent(page, unguarded.origin, method))).toContain('secret');
    });
  }

  test('can link to the studio, which is then locked', async ({ open }) => {
    const page = await open(`${book.origin}/#at=5`);
    page.faults.expect(/status of 401/);
    await page.id('locked').waitFor();
  });
});

/** What a page shows and reads out: text, and what assistive technology gets. */
function seenIn(page: StudioPage): Promise<string> {
  return page.page.evaluate(() => {
    const { document } = globalThis as any;
    const names = ['title', 'aria-label', 'aria-valuetext', 'placeholder', 'alt'];
    const spoken = names.flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].map((element: any) => element.getAttribute(name)),
    );
    return [document.title, document.body.textContent, ...spoken].join('\n');
  });
}

/** What hides or turns text around. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

describe('text of a log', () => {
  test('would run as a script if it became HTML', async () => {
    const { page, context } = await openAddress(site.origin);
    for (const attack of ATTACKS) await page.evaluate((html) => (globalThis as any).document.write(html), attack);
    await page.waitForFunction(() => 'attacked' in globalThis);
    await context.close();
  });

  test('never runs, whatever it says: in types, keys, values, and the names of file and model', async ({ open }) => {
    const page = await (await open(`${hostile.url}&at=1`)).ready();
    const { last } = await hostile.past.range();
    for (let at = 1; at <= last; at++) {
      await page.standsAt(at);
      await page.press('.');
    }
    expect(await page.page.evaluate(() => 'attacked' in globalThis)).toBe(false);
    expect(await page.page.locator('iframe, object, embed, body img, body script, body style').count()).toBe(0);
    const seen = await seenIn(page);
    expect(seen).toContain('<img src=x onerror="window.attacked = 12">');
    expect(seen).toContain('<img src=x onerror="window.attacked = 9">');
  });

  test('shows what would hide in it or turn it around', async ({ open }) => {
    const page = await (await open(`${hostile.url}&at=8`)).ready();
    await page.standsAt(8);
    const seen = await seenIn(page);
    expect(BIDI).toMatch(HIDDEN);
    expect(seen.split('\n').filter((line) => HIDDEN.test(line))).toEqual([]);
  });

  test('is not kept in the browser', async ({ open }) => {
    const page = await (await open(`${hostile.url}&at=8`)).ready();
    await page.standsAt(8);
    await page.press('m', 't', '.', 'm');
    await page.standsAt(9);
    const kept = await page.page.evaluate(() => JSON.stringify({ ...(globalThis as any).localStorage }));
    expect(kept).toContain('theme');
    expect(kept).not.toMatch(/attacked|txt\.exe/);
  });
});
