/** INCR and its like. */
import { expect, test } from 'vitest';
import { ErrorReply, startWithClient } from '../../harness.ts';

test('counters begin at 0 and are strings', async () => {
  const client = await startWithClient();
  expect(await client.call('INCR', 'n')).toBe(1);
  expect(await client.call('DECR', 'n')).toBe(0);
  expect(await client.call('INCRBY', 'n', '20')).toBe(20);
  expect(await client.call('DECRBY', 'n', '50')).toBe(-30);
  expect(await client.call('GET', 'n')).toBe('-30');
});

test('counters are exact up to 64 bits, and refuse to overflow', async () => {
  const client = await startWithClient();
  const overflow = new ErrorReply('ERR increment or decrement would overflow');
  await client.call('SET', 'n', '9007199254740991');
  expect(await client.call('INCRBY', 'n', '2')).toBe(9007199254740993n);
  await client.call('SET', 'n', '9223372036854775806');
  expect(await client.call('INCR', 'n')).toBe(9223372036854775807n);
  expect(await client.ask('INCR', 'n')).toEqual(overflow);
  await client.call('SET', 'n', '-9223372036854775808');
  expect(await client.ask('DECR', 'n')).toEqual(overflow);
  expect(await client.ask('DECRBY', 'n', '-9223372036854775808')).toEqual(
    new ErrorReply('ERR decrement would overflow'),
  );
});

test.for(['', ' 1', '1 ', '+1', '01', '-0', '1.0', '9223372036854775808', 'one'])(
  'INCR refuses the value %j',
  async (value) => {
    const client = await startWithClient();
    await client.call('SET', 'n', value);
    expect(await client.ask('INCR', 'n')).toEqual(new ErrorReply('ERR value is not an integer or out of range'));
  },
);

test('INCRBYFLOAT answers as many digits as it has', async () => {
  const client = await startWithClient();
  await client.call('SET', 'n', '10.50');
  expect(await client.call('INCRBYFLOAT', 'n', '0.1')).toBe('10.6');
  expect(await client.call('INCRBYFLOAT', 'n', '-10.6')).toBe('0');
  expect(await client.call('INCRBYFLOAT', 'n', '5.0e3')).toBe('5000');
  expect(await client.ask('INCRBYFLOAT', 'n', 'inf')).toEqual(
    new ErrorReply('ERR increment would produce NaN or Infinity'),
  );
  expect(await client.ask('INCRBYFLOAT', 'n', 'x')).toEqual(new ErrorReply('ERR value is not a valid float'));
});
