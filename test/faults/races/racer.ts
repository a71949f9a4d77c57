/** A process that wants to write. It opens and appends on orders, and reports the results. */
import { isRefoldError, type LogStore } from 'refold';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { Ledger } from '../judging/ledger.ts';
import { Session } from '../writing/session.ts';
import type { Answer, Order } from './orders.ts';

let session: Session | undefined;
let log: LogStore | undefined;
/** For the negative control: the epoch that this writer claims. */
let claimedEpoch: number | undefined;
let marks: string[] = [];

process.on('message', async (order: Order) => process.send!(await obey(order)));
process.on('disconnect', () => process.exit());
process.send!({ done: true, marks: [] } satisfies Answer);

async function obey(order: Order): Promise<Answer> {
  marks = [];
  try {
    await carryOut(order);
    return { done: true, marks, sequence: session?.store.sequence, epoch: log?.epoch };
  } catch (error) {
    const code = isRefoldError(error) ? error.code : 'no-code';
    return { done: false, marks, code, message: String(error) };
  }
}

async function carryOut(order: Order): Promise<void> {
  switch (order.do) {
    case 'open':
      return open(order);
    case 'write':
      for (const step of order.steps) await session!.carryOut(step);
      return;
    case 'claim':
      claimedEpoch = order.epoch;
      return;
    case 'close':
      claimedEpoch = undefined;
      await session?.close();
      session = undefined;
  }
}

async function open({ path, at, ledgerSeed, commits }: Extract<Order, { do: 'open' }>): Promise<void> {
  const ledger = new Ledger(ledgerSeed, commits);
  // Busy-waits, so that all start at the same instant. A timer would be too coarse.
  while (Date.now() < at);
  log = await openSqliteLog({ path });
  const { sequence } = log.head();
  const from = sequence === 0 ? 1 : (ledger.commitEndingAt(sequence)?.number ?? Number.NaN) + 1;
  const mark = (line: string): void => void marks.push(line);
  session = await Session.open({ log: claiming(log) }, { ledger, from, mark, retryable: false });
}

/** The same log with the claimed epoch, so that an append no longer identifies its writer. */
function claiming(real: LogStore): LogStore {
  return new Proxy(real, {
    get(target, name) {
      if (name === 'epoch') return claimedEpoch ?? target.epoch;
      const member = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
