/** CLUSTER: this server is not one. */
import { expect, test } from 'vitest';
import { ErrorReply, startWithClient } from '../../harness.ts';

test('commands of a cluster say that there is no cluster', async () => {
  const client = await startWithClient();
  const disabled = new ErrorReply('ERR This instance has cluster support disabled');
  expect(await client.ask('CLUSTER', 'INFO')).toEqual(disabled);
  expect(await client.ask('READONLY')).toEqual(disabled);
  expect(await client.ask('CLUSTER', 'NOPE')).toEqual(
    new ErrorReply("ERR unknown subcommand 'NOPE'. Try CLUSTER HELP."),
  );
  expect(await client.call('CLUSTER', 'HELP')).toBeInstanceOf(Array);
});
