/** WAIT and WAITAOF: until writes are safe elsewhere, or on the disk. */
import { integerArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';

/** WAIT. There are no replicas, so waiting for some ends with the timeout. */
export function wait(call: Call): void {
  const { args, client, parts, reply } = call;
  const replicas = integerArgument(args[1]!);
  const timeoutMs = timeoutOf(args[2]!);
  if (replicas <= 0 || call.isInTransaction) {
    reply.integer(0);
    return;
  }
  parts.blocking.block(client, { keys: [], kind: 'string', timeoutMs, expire: () => reply.integer(0) });
}

/** WAITAOF: until everything written so far is on the disk. Answers for the disk here, and for replicas. */
export function waitAof(call: Call): void {
  const { args, client, parts, reply } = call;
  const local = integerArgument(args[1]!);
  if (local < 0 || local > 1) throw new CommandError('ERR value is out of range, must be between 0 and 1');
  const replicas = integerArgument(args[2]!);
  if (replicas < 0) throw new CommandError('ERR value is out of range, must be positive');
  const timeoutMs = timeoutOf(args[3]!);
  let isSynced = false;
  const answer = (): void => {
    reply.array(2);
    reply.integer(isSynced ? 1 : 0);
    reply.integer(0);
  };
  if (call.isInTransaction || (local === 0 && replicas === 0)) {
    answer();
    return;
  }
  let isWaiting = true;
  parts.blocking.block(client, {
    keys: [],
    kind: 'string',
    timeoutMs,
    expire: () => {
      isWaiting = false;
      answer();
    },
  });
  parts.disk.flush().then(
    () => {
      isSynced = true;
      if (isWaiting && replicas === 0) parts.blocking.release(client);
    },
    // The server hears of a failed write by itself.
    () => undefined,
  );
}

/** Milliseconds; 0 waits for ever. @throws CommandError */
function timeoutOf(text: string): number {
  const timeoutMs = integerArgument(text, 'ERR timeout is not an integer or out of range');
  if (timeoutMs < 0) throw new CommandError('ERR timeout is negative');
  return timeoutMs;
}
