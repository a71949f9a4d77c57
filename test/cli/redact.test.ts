/** `refold redact`: the plan, the confirmation, what is recorded, and readers in another process. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openStore } from 'refold';
import { describe, expect, onTestFinished, test } from 'vitest';
import customers from './fixtures/customers.ts';
import { fixture, refold, refoldJson, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();
const MODEL = ['--model', fixture('customers.ts')];

async function registered(name: string): Promise<string> {
  const path = inFolder(name);
  await using store = await openStore(customers, { path });
  for (const [id, customer] of ['Ada Lovelace', 'Bob', 'Cyd'].entries()) {
    await store.append({ type: 'Registered', data: { id, name: customer } });
  }
  await store.append({ type: 'Counted', data: { by: 1 } });
  return path;
}

/** The files of a log, by the names of those that hold a word. */
function holding(path: string, word: string): string[] {
  const files = readdirSync(dirname(path)).filter((file) => file.startsWith(basename(path)));
  return files.filter((file) => readFileSync(join(dirname(path), file)).includes(word));
}

describe('redact', () => {
  test('prints the plan, and changes nothing without --yes', async () => {
    const path = await registered('planned.db');
    const asked = await refold(['redact', path, ...MODEL, '--tag', 'customer:0']);
    expect(asked.code).toBe(2);
    expect(asked.stdout).toMatch(/would change +1 event in 1 block/);
    expect(asked.stdout).toMatch(/state differs +names\[0\]/);
    expect(asked.stdout).toMatch(/Add --yes/);
    expect(asked.stdout).not.toMatch(/Ada/);
    const plan = await refoldJson(['redact', path, ...MODEL, '--types', 'Registered', '--plan']);
    expect(plan).toMatchObject({
      redacted: false,
      dryRun: true,
      events: 3,
      differences: ['names[0]', 'names[1]', 'names[2]'],
    });
    expect(holding(path, 'Ada Lovelace')).toContain('planned.db');
    expect((await refoldJson(['info', path])).redactions).toEqual([]);
  });

  test('takes the words out of the files, and info says who did it', async () => {
    const path = await registered('erased.db');
    const report = await refoldJson(['redact', path, ...MODEL, '--sequences', '1,3-3', '--by', 'anna', '--yes']);
    expect(report).toMatchObject({ redacted: true, dryRun: false, model: 'customers', events: 2, snapshots: 1 });
    expect(report).not.toHaveProperty('pending');
    expect(holding(path, 'Ada Lovelace')).toEqual([]);
    const { redactions } = await refoldJson(['info', path]);
    expect(redactions).toMatchObject([{ by: 'anna', events: 2, firstSequence: 1, lastSequence: 3, scrubbed: true }]);
    expect((await refold(['info', path])).stdout).toMatch(/redaction .*, by anna, 2 events \(1 … 3\)/);
    expect((await refold(['verify', path, ...MODEL])).code).toBe(0);
    const again = await refold(['redact', path, ...MODEL, '--sequences', '1', '--yes']);
    expect(again.stdout).toMatch(/changed +0 events/);
  });

  test('reaches a live replica and a reader in another process', async () => {
    const path = await registered('followed.db');
    const replica = await openStore(customers, { path, readOnly: true, live: true });
    const reader = await openStore(customers, { path, readOnly: true });
    onTestFinished(async () => {
      await replica.close();
      await reader.close();
    });
    expect(replica.state.names.get(0)).toBe('Ada Lovelace');
    await refoldJson(['redact', path, ...MODEL, '--tag', 'customer:0', '--yes']);
    await replica.catchUp();
    expect(replica.state.names.get(0)).toBe('');
    expect((await reader.at({ sequence: 4 })).state.names.get(0)).toBe('');
    expect(reader.state.names.get(0)).toBe('');
    expect(await reader.stateHash()).toBe(await replica.stateHash());
  });

  test.each([
    [[], 'no events are selected'],
    [['--tag', 'a', '--types', 'Registered'], 'events are selected in two ways'],
    [['--tag', 'a', '--plan', '--yes'], '--plan and --yes cannot be combined'],
    [['--sequences', '1-'], 'Give sequences and ranges'],
    [['--sequences', '9-3'], 'Give sequences and ranges'],
    [['--types', 'Registred'], 'there is no type Registred'],
    [['--sequences', '4', '--yes'], 'Counted at 4: the type has no redact'],
    [['--sequences', '5'], 'the log ends at 4'],
  ])('refuses %j', async (args, words) => {
    const path = await registered(`refused ${args.join(' ')}.db`);
    const { code, stderr } = await refold(['redact', path, ...MODEL, ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect((await refoldJson(['info', path])).redactions).toEqual([]);
  });
});
