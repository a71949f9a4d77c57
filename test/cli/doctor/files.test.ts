/** Files that are damaged by hand: what the doctor finds, and that the command which it names repairs it. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Check, isWell, judge } from '../../../src/cli/doctor/checks.ts';
import { gatherFacts } from '../../../src/cli/doctor/facts.ts';
import { cart } from '../fixtures/cart.ts';
import { CART, makeShop, refold, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');

beforeAll(() => makeShop(shop));

/** A copy of the log with its witness, in a folder for it alone. */
function copy(name: string): string {
  mkdirSync(inFolder(name));
  const path = inFolder(`${name}/a.db`);
  for (const end of ['', '-witness']) copyFileSync(shop + end, path + end);
  return path;
}

function harm(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

async function examine(path: string): Promise<Check[]> {
  return judge(await gatherFacts(path, { specifier: CART, model: cart }, () => {}));
}

const findings = (checks: readonly Check[]): Check[] => checks.filter(({ status }) => status === 'problem');

describe('damage', () => {
  test.each<[folder: string, damage: (path: string) => void, name: string, text: RegExp]>([
    [
      'block',
      (path) => harm(path, "update blocks set payload = replace(payload, 'cup', 'cap') where first_sequence = 5"),
      'blocks',
      /its payload does not match its checksum; a repair loses 2 events, so look for a backup first$/,
    ],
    [
      'end',
      (path) => {
        harm(path, 'delete from blocks where first_sequence > 4');
        rmSync(`${path}-witness`);
      },
      'witness',
      /the log ends at 4, before its snapshot at 6; a repair loses 2 events/,
    ],
    [
      'snapshot',
      (path) => harm(path, 'update snapshot_chunks set data = zeroblob(length(data))'),
      'snapshots',
      /chunk 0 does not match its checksum; a repair loses no events$/,
    ],
    ['schema', (path) => harm(path, 'create table extra (a)'), 'file', /the table extra is not refold's; a repair/],
  ])('of the %s is repaired by the command that is named', async (what, damage, name, text) => {
    const path = copy(what);
    damage(path);
    const [problem] = findings(await examine(path));
    expect(problem).toMatchObject({ name, text: expect.stringMatching(text) });
    const [program, ...args] = problem!.command!.split(' ');
    expect(program).toBe('refold');
    expect(await refold(args)).toMatchObject({ code: 0, stderr: '' });
    expect(isWell(await examine(path))).toBe(true);
  });

  test('a log with damaged first bytes needs a backup, as long as its witness is there', async () => {
    const path = copy('beginning');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, 0, 16));
    expect(findings(await examine(path))).toEqual([
      expect.objectContaining({ name: 'file', command: `refold restore BACKUP ${path} --force` }),
    ]);
    rmSync(`${path}-witness`);
    await expect(examine(path)).rejects.toMatchObject({ code: 'LOG_CORRUPT', type: 'path' });
  });
});

test('a file that was never a log is an error', async () => {
  writeFileSync(inFolder('text'), 'hello '.repeat(200));
  await expect(examine(inFolder('text'))).rejects.toMatchObject({ code: 'LOG_CORRUPT', type: 'path' });
  harm(inFolder('foreign'), 'create table t (a)');
  await expect(examine(inFolder('foreign'))).rejects.toMatchObject({ code: 'INVALID_OPTION', type: 'path' });
});

test('what a running command writes is not to be deleted', async () => {
  const path = copy('left');
  const folder = inFolder('left/.refold-abc');
  mkdirSync(folder);
  writeFileSync(join(folder, 'x.db'), '');
  writeFileSync(`${path}.damaged-2027`, '');
  const leftovers = async (): Promise<Check> => (await examine(path)).find(({ name }) => name === 'leftovers')!;
  expect(await leftovers()).toMatchObject({ status: 'remark', command: `rm -r ${path}.damaged-2027` });
  for (const one of [folder, join(folder, 'x.db')]) utimesSync(one, 1, 1);
  expect(await leftovers()).toMatchObject({ command: `rm -r ${folder} ${path}.damaged-2027` });
});
