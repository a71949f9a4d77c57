/**
 * A process that writes one small log after the other, while another process makes its system calls fail.
 *
 * It lives for many cases: a tracer is attached and detached for each. It keeps its marks to itself until a run is
 * over, so that the store makes its only calls.
 */
import { isRefoldError } from 'refold';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { Ledger } from '../judging/ledger.ts';
import { Session, type SessionOptions } from '../writing/session.ts';
import { COMMITS, type Run, SCRIPTS } from './script.ts';

// By default, a write beyond the file size limit ends the process with a signal.
process.on('SIGXFSZ', () => {});
process.on('message', async (run: Run) => process.send!(await carryOut(run)));
process.on('disconnect', () => process.exit());
process.send!('ready');

async function carryOut({ path, ledgerSeed, from, script, lie }: Run): Promise<string[]> {
  const marks: string[] = [];
  const ledger = new Ledger(ledgerSeed, COMMITS);
  const mark = (line: string): void => void marks.push(line);
  try {
    // A log after a crash uses the checkpoint thread, which a small log would never need.
    const where = from === 1 ? { path } : { log: await openSqliteLog({ path, checkpointFromBytes: 0 }) };
    const session = await Session.open(where, { ledger, mark, from, lie }, { history: 'discard' });
    await writeAll(session, SCRIPTS[script], mark);
  } catch (error) {
    if (isRefoldError(error)) mark(`failed open ${error.code} ${error.message}`);
    else mark(`problem I6: open ended in an error without a code: ${String(error)}`);
  }
  return marks;
}

async function writeAll(
  session: Session,
  script: (typeof SCRIPTS)[Run['script']],
  mark: SessionOptions['mark'],
): Promise<void> {
  let hasFailed = false;
  for (const step of script) {
    const succeeded = await session.carryOut(step);
    const writes = step.do === 'append' || step.do === 'together';
    if (hasFailed && writes && succeeded) mark('problem I4: a failed store went on as if nothing had happened');
    if (writes && !succeeded) hasFailed = true;
  }
  await session.close();
}
