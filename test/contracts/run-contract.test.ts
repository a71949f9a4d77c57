/** The suite notices logs that break the contract. */
import { describe, expect, test } from 'vitest';
import { type LogContractSetup, logContract } from '../../src/log/contract/contract.ts';
import type { LogSource } from '../../src/log/log-source.ts';
import type { LogStore } from '../../src/log/log-store.ts';
import { tinyLog } from './tiny-log.ts';

/** The tiny log with some of it replaced. */
function broken(replace: (log: LogStore) => Partial<LogStore>): LogContractSetup {
  const create = () => {
    const inner = tinyLog('broken');
    const open: LogSource['open'] = async (options) => {
      const log = await inner.open(options);
      const replaced = replace(log);
      return new Proxy(log, {
        get(target, name) {
          if (name in replaced) return Reflect.get(replaced, name);
          const value = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    return { source: { ...inner, open } };
  };
  return { create, care: false, seed: 1 };
}

/** Names of the cases in the group that fail. */
async function failuresOf(setup: LogContractSetup, group: string): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of logContract(setup).filter((one) => one.name.startsWith(`${group}: `))) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

describe('it notices a log that', () => {
  test.each<[string, (log: LogStore) => Partial<LogStore>, string]>([
    ['says nothing about the size of a block', () => ({ blockBytes: 0 }), 'appending'],
    ['offers care without being asked to', () => ({ care: {} as never }), 'appending'],
    ['loses outcomes', (log) => ({ append: (r) => log.append({ ...r, outcomes: [] }) }), 'outcomes of commands'],
    ['keeps no meta', () => ({ putMeta: async () => {} }), 'checkpoints and meta'],
    ['drops no history', () => ({ dropThrough: async () => {} }), 'dropping history'],
    ['lists no snapshots', () => ({ snapshots: async () => [] }), 'snapshots'],
    ['appends wherever it is told to', appendingAnywhere, 'appending'],
  ])('%s', async (_what, replace, group) => {
    expect(
      await failuresOf(
        broken(() => ({})),
        group,
      ),
    ).toEqual([]);
    expect(await failuresOf(broken(replace), group)).not.toEqual([]);
  });

  test('lets a replaced writer write', async () => {
    // Each open gives the same writer, so a writer is never replaced.
    const create = async () => {
      const inner = tinyLog('unfenced');
      const only = await inner.open({});
      return { source: { name: inner.name, open: async () => only } };
    };
    const setup = { create, care: false, readers: false };
    const fenced = logContract(setup).filter(({ name }) => name.startsWith('a replaced writer: '));
    expect(await failuresOf(setup, 'a replaced writer')).toEqual(fenced.map(({ name }) => name));
  });
});

function appendingAnywhere(log: LogStore): Partial<LogStore> {
  return { append: (request) => log.append({ ...request, expectedSequence: log.head().sequence }) };
}

test('each case has its own name, and what a setup leaves out is not in the list', () => {
  const names = logContract({ create: () => ({ source: tinyLog('tiny') }) }).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const fewer = logContract({ create: () => ({ source: tinyLog('tiny') }), care: false, readers: false });
  expect(fewer.length).toBeLessThan(names.length - 10);
});
