/** COMMAND answers from the table. */
import { expect, test } from 'vitest';
import { commandTable } from '../../../../src/redis/commands/table.ts';
import { ErrorReply, type Reply, startWithClient } from '../../harness.ts';

test('COMMAND INFO has the ten facts of Redis 7', async () => {
  const client = await startWithClient();
  await client.call('HELLO', 3);
  const [get, nothing, container] = (await client.call('COMMAND', 'INFO', 'get', 'nope', 'client')) as Reply[][];
  expect(get).toEqual([
    'get',
    2,
    new Set(['readonly', 'fast']),
    1,
    1,
    1,
    new Set(['@read', '@string', '@fast']),
    new Set(),
    new Set([
      new Map<string, unknown>([
        ['flags', new Set(['RO', 'access'])],
        [
          'begin_search',
          new Map<string, unknown>([
            ['type', 'index'],
            ['spec', new Map([['index', 1]])],
          ]),
        ],
        [
          'find_keys',
          new Map<string, unknown>([
            ['type', 'range'],
            [
              'spec',
              new Map([
                ['lastkey', 0],
                ['keystep', 1],
                ['limit', 0],
              ]),
            ],
          ]),
        ],
      ]),
    ]),
    new Set(),
  ]);
  expect(nothing).toBe(null);
  const names = [...(container![9] as unknown as Set<Reply[]>)].map(([name]) => name);
  expect(names).toContain('client|list');
  expect(await client.call('COMMAND', 'INFO', 'get|x', 'client|list|x')).toEqual([null, null]);
});

test('COMMAND LIST filters by pattern and category', async () => {
  const client = await startWithClient();
  expect(await client.call('COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'SUBSC*')).toEqual(['subscribe']);
  expect(await client.call('COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'transaction')).toEqual([
    'discard',
    'exec',
    'multi',
    'unwatch',
    'watch',
  ]);
  expect(await client.call('COMMAND', 'LIST', 'FILTERBY', 'MODULE', 'x')).toEqual([]);
  expect(await client.ask('COMMAND', 'LIST', 'FILTERBY', 'x', 'x')).toEqual(new ErrorReply('ERR syntax error'));
  const all = (await client.call('COMMAND', 'LIST')) as string[];
  expect(await client.call('COMMAND', 'COUNT')).toBe(all.filter((name) => !name.includes('|')).length);
});

test('COMMAND GETKEYS finds keys, and says why it cannot', async () => {
  const client = await startWithClient();
  expect(await client.call('COMMAND', 'GETKEYS', 'watch', 'a', 'b')).toEqual(['a', 'b']);
  expect(await client.call('COMMAND', 'GETKEYSANDFLAGS', 'get', 'a')).toEqual([['a', ['RO', 'access']]]);
  expect(await client.ask('COMMAND', 'GETKEYS', 'nope', 'a')).toEqual(new ErrorReply('ERR Invalid command specified'));
  expect(await client.ask('COMMAND', 'GETKEYS', 'ping', 'a')).toEqual(
    new ErrorReply('ERR The command has no key arguments'),
  );
  expect(await client.ask('COMMAND', 'GETKEYS', 'get', 'a', 'b')).toEqual(
    new ErrorReply('ERR Invalid number of arguments specified for command'),
  );
});

test('the table has each command once, and each subcommand has its container', () => {
  const names = commandTable.all().map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  const containers = names.filter((name) => name.includes('|')).map((name) => name.split('|')[0]!);
  expect(containers.filter((name) => !names.includes(name))).toEqual([]);
});
