/**
 * `refold verify --quick` and `refold repair`: what is damaged, what would be lost, and how to get a sound log again.
 */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { makeShop, refold, refoldJson, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();

/** The shop with a flipped bit in the block of events 2 and 3. */
async function damagedShop(name: string): Promise<string> {
  const path = inFolder(name);
  await makeShop(path);
  const database = new Database(path);
  database.exec(`update blocks set payload = replace(payload, '450', '451') where first_sequence = 2`);
  database.close();
  return path;
}

async function parsed(...args: string[]): Promise<{ code: number | null; report: any }> {
  const { code, stdout, stderr } = await refold([...args, '--json']);
  expect(args.includes('repair') && code === 4 ? '' : stderr).toBe('');
  return { code, report: JSON.parse(stdout) };
}

describe('verify --quick', () => {
  test('finds nothing in a sound log, and a flipped bit in a damaged one', async () => {
    const sound = inFolder('sound.db');
    await makeShop(sound);
    expect(await refoldJson(['verify', sound, '--quick'])).toMatchObject({ ok: true, events: 6, problems: [] });
    const { code, report } = await parsed('verify', await damagedShop('flipped.db'), '--quick');
    expect(code).toBe(1);
    expect(report).toMatchObject({ ok: false, events: 1, problems: [{ code: 'LOG_CORRUPT', sequence: 2 }] });
    expect(report.problems[0].hint).toContain('refold repair');
  });

  test('cannot be combined with a model', async () => {
    expect((await refold(['verify', inFolder('sound.db'), '--quick', '--model', './x.ts'])).code).toBe(2);
  });
});

describe('repair', () => {
  test('does not change a sound log', async () => {
    const path = inFolder('fine.db');
    await makeShop(path);
    const { code, stdout } = await refold(['repair', path]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${path}: sound\n`);
  });

  test('plans, refuses to lose acknowledged events, and repairs the log once the loss is accepted', async () => {
    const path = await damagedShop('mended.db');
    const plan = await refold(['repair', path, '--plan']);
    expect(plan.code).toBe(1);
    expect(plan.stdout).toContain('DAMAGED');
    expect(plan.stdout).toMatch(/would keep +1 event {2}\(1 … 1\)/);
    expect(plan.stdout).toMatch(/would lose +5 events, from 2 on/);
    expect(plan.stdout).toMatch(/needs +--accept-loss/);

    const refused = await refold(['repair', path]);
    expect(refused.code).toBe(4);
    expect(refused.stdout).toContain('LOG_CORRUPT'); // it always prints the plan first
    expect(refused.stderr).toContain('5 acknowledged events, from 2 on');
    expect(refused.stderr).toContain('--accept-loss');

    const { code, report } = await parsed('repair', path, '--accept-loss');
    expect(code).toBe(0);
    expect(report).toMatchObject({ plan: false, sound: false, keptThrough: 1, lostEvents: 5, reachedThrough: 6 });
    expect(existsSync(report.backup)).toBe(true);
    expect(await refoldJson(['verify', path])).toMatchObject({ ok: true, events: 1 });
    expect((await parsed('verify', report.backup)).code).toBe(1); // the damaged file is unchanged
  });

  test('refuses a missing file', async () => {
    expect((await refold(['repair', inFolder('nothing.db')])).code).toBe(2);
  });
});
