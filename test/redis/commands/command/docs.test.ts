/** COMMAND DOCS: each command has a line, in a notation that can be read. */
import { expect, test } from 'vitest';
import { docsOf } from '../../../../src/redis/commands/command/docs/docs.ts';
import { readArguments } from '../../../../src/redis/commands/command/docs/notation.ts';
import { commandTable } from '../../../../src/redis/commands/table.ts';
import { startWithClient } from '../../harness.ts';

test('each command of Redis has a summary', () => {
  const missing = commandTable
    .all()
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('refold') && docsOf(name) === undefined);
  expect(missing).toEqual([]);
});

test('arguments are read from the notation', () => {
  const plain = { isMultiple: false, isOptional: false, repeatsToken: false, parts: [] };
  expect(readArguments('key:k1 get!GET? pair:[field value:i]* by:(a:p=BY|equal!=)=X*+?')).toEqual([
    { ...plain, name: 'key', type: 'key', keySpec: 1 },
    { ...plain, name: 'get', type: 'pure-token', token: 'GET', isOptional: true },
    {
      ...plain,
      name: 'pair',
      type: 'block',
      isMultiple: true,
      parts: [
        { ...plain, name: 'field', type: 'string' },
        { ...plain, name: 'value', type: 'integer' },
      ],
    },
    {
      name: 'by',
      type: 'oneof',
      token: 'X',
      isMultiple: true,
      repeatsToken: true,
      isOptional: true,
      parts: [
        { ...plain, name: 'a', type: 'pattern', token: 'BY' },
        { ...plain, name: 'equal', type: 'pure-token', token: '=' },
      ],
    },
  ]);
  expect(() => readArguments('a) b')).toThrow('Cannot read a) b');
});

test('COMMAND DOCS gives summary, group and arguments', async () => {
  const client = await startWithClient();
  await client.call('HELLO', 3);
  const docs = (await client.call('COMMAND', 'DOCS', 'incrby', 'nope')) as Map<string, Map<string, unknown>>;
  expect([...docs.keys()]).toEqual(['incrby']);
  expect(docs.get('incrby')!.get('group')).toBe('string');
  expect(docs.get('incrby')!.get('arguments')).toEqual([
    new Map<string, unknown>([
      ['name', 'key'],
      ['type', 'key'],
      ['key_spec_index', 0],
    ]),
    new Map<string, unknown>([
      ['name', 'increment'],
      ['type', 'integer'],
    ]),
  ]);
  const all = (await client.call('COMMAND', 'DOCS')) as Map<string, Map<string, unknown>>;
  expect(all.size).toBe(await client.call('COMMAND', 'COUNT'));
  expect([...(all.get('client')!.get('subcommands') as Map<string, unknown>).keys()]).toContain('client|kill');
});
