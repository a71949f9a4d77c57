/** What the server says about commands and parameters is what Redis 7.0 says about those that both have. */
import { describe, expect, test } from 'vitest';
import { type Reply, startWithClient, type TestClient } from '../../harness.ts';
import { HAS_REDIS, RealRedis } from '../../real-redis.ts';

type Info = readonly Reply[];

describe.skipIf(!HAS_REDIS)('beside a real Redis', () => {
  /** Commands with which replicas speak to their master. */
  const ABSENT = ['psync', 'replconf', 'sync'];

  /** One of the arguments has another name here. */
  const OTHER_ARGUMENT_NAMES = ['replicaof', 'slaveof'];

  async function both(): Promise<readonly [TestClient, TestClient]> {
    const clients = [await startWithClient(), (await RealRedis.start()).client] as const;
    for (const client of clients) await client.call('HELLO', 3);
    return clients;
  }

  test('COMMAND tells the same of each command', async () => {
    const [ours, theirs] = await both();
    const known = byName((await ours.call('COMMAND')) as Info[]);
    const wanted = byName((await theirs.call('COMMAND')) as Info[]);
    expect([...wanted.keys()].filter((name) => !known.has(name) && !ABSENT.includes(name.split('|')[0]!))).toEqual([]);
    for (const [name, info] of wanted) {
      if (known.has(name)) expect(known.get(name), name).toEqual(info);
    }
  });

  test('CONFIG GET has every parameter, and INFO every field', async () => {
    const [ours, theirs] = await both();
    const [known, wanted] = await Promise.all([ours, theirs].map((client) => client.call('CONFIG', 'GET', '*')));
    const own = ['refold-largest-commit', 'refold-past-states'];
    expect(namesOf(known!).filter((name) => !own.includes(name))).toEqual(namesOf(wanted!));
    const [fields, theirFields] = await Promise.all([ours, theirs].map((client) => fieldsOf(client)));
    expect(theirFields!.filter((field) => !fields!.includes(field))).toEqual([]);
  });

  test('CLIENT LIST has every field', async () => {
    const [line, theirLine] = await Promise.all((await both()).map((client) => client.call('CLIENT', 'INFO')));
    const fields = (text: Reply): string[] => [...String(text).matchAll(/([\w-]+)=/g)].map(([, field]) => field!);
    expect(fields(line!)).toEqual(fields(theirLine!));
  });

  test('COMMAND DOCS tells the same of each argument', async () => {
    const [ours, theirs] = await both();
    const known = factsOf(await ours.call('COMMAND', 'DOCS'));
    for (const [name, docs] of factsOf(await theirs.call('COMMAND', 'DOCS'))) {
      if (known.has(name) && !OTHER_ARGUMENT_NAMES.includes(name)) expect(known.get(name), name).toEqual(docs);
    }
  });
});

/** In the order of the alphabet, each once. */
function namesOf(parameters: Reply): readonly string[] {
  return [...(parameters as Map<string, Reply>).keys()].toSorted();
}

async function fieldsOf(client: TestClient): Promise<readonly string[]> {
  const text = String(await client.call('INFO', 'default'));
  return text.split('\r\n').map((line) => line.split(':', 1)[0]!);
}

/** Commands and subcommands, without what is written for people. */
function byName(infos: Iterable<Info>, found: Map<string, unknown> = new Map()): Map<string, unknown> {
  for (const info of infos) {
    const [name, arity, flags, first, last, step, categories, tips, keys, subcommands] = info;
    found.set(name as string, [arity, flags, first, last, step, categories, tips, withoutNotes(keys)]);
    byName(subcommands as Set<Reply[]>, found);
  }
  return found;
}

function withoutNotes(keys: Reply | undefined): unknown {
  return [...(keys as Set<Map<Reply, Reply>>)].map((spec) => new Map([...spec].filter(([name]) => name !== 'notes')));
}

const WRITTEN_FOR_PEOPLE = new Set<Reply>(['summary', 'complexity', 'history', 'replaced_by', 'subcommands']);

function factsOf(docs: Reply, found: Map<string, unknown> = new Map()): Map<string, unknown> {
  for (const [name, each] of docs as Map<string, Map<Reply, Reply>>) {
    found.set(name, new Map([...each].filter(([fact]) => !WRITTEN_FOR_PEOPLE.has(fact))));
    if (each.has('subcommands')) factsOf(each.get('subcommands')!, found);
  }
  return found;
}
