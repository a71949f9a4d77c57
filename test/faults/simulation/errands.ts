/** What the clients of a process may do besides writing, and the results that they must get. */
import type { Projection } from 'refold';
import { perAccount } from './bank.ts';
import { Violation } from './oracle.ts';
import type { Process } from './process.ts';
import { wishOf } from './wishes.ts';

export interface Errand {
  readonly name: string;
  /** The weight, relative to the others. */
  readonly weight: number;
  readonly run: (process: Process) => void;
}

export const ERRANDS: readonly Errand[] = [
  { name: 'attempt', weight: 6, run: attempt },
  { name: 'retry', weight: 2, run: retry },
  { name: 'snapshot', weight: 0.6, run: snapshot },
  { name: 'compact', weight: 0.6, run: compact },
  { name: 'project', weight: 0.5, run: project },
  { name: 'at', weight: 0.6, run: lookBack },
  { name: 'events', weight: 0.4, run: readEvents },
  { name: 'follow', weight: 0.3, run: follow },
  { name: 'verify', weight: 0.2, run: verify },
  { name: 'close', weight: 0.3, run: (process) => process.close() },
];

function attempt(process: Process): void {
  const { chance, weather, oracle } = process.world;
  const wish = wishOf(chance, weather.fat);
  process.try(oracle.attempt(wish, chance.hit(0.6)));
}

function retry(process: Process): void {
  const { chance, oracle } = process.world;
  const candidates = oracle.attempts.filter(({ commandId }) => commandId !== undefined);
  if (candidates.length > 0) process.try(chance.pick(candidates));
}

function snapshot(process: Process): void {
  process.call('snapshot', process.store!.snapshot(), ({ sequence, stateHash }) =>
    process.world.oracle.checkState('snapshot', stateHash, sequence),
  );
}

function compact(process: Process): void {
  process.call('compact', process.store!.compact({ dryRun: process.world.chance.hit(0.1) }), () => {});
}

function project(process: Process): void {
  const { projection, store, world } = process;
  const compare = (view: Projection): void => world.oracle.checkView('projection', view.state, view.sequence);
  if (projection !== undefined) process.call('catch up', projection.catchUp(), () => compare(projection));
  else
    process.call('project', store!.project(perAccount as never), (view) => {
      process.projection = view;
      compare(view);
    });
}

/** Reads the state at any sequence that the log still covers. */
export function lookBack(process: Process): void {
  const { log, world } = process;
  const first = log.firstSequence();
  const last = log.head().sequence;
  const sequence = Math.min(first - 1 + world.chance.below(last - first + 2), last);
  process.call('at', process.store!.at({ sequence }), (past) => {
    if (past.sequence !== sequence) throw new Violation(`I5: at ${sequence} gave ${past.sequence}`);
    world.oracle.checkState('at', past.state, sequence);
  });
}

export function readEvents(process: Process): void {
  const readAll = async (): Promise<void> => {
    let next: number | undefined;
    for await (const event of process.store!.events()) {
      if (!process.isAlive) return;
      if (next !== undefined && event.sequence !== next)
        throw new Violation(`I2: ${event.sequence} where ${next} should be`);
      process.world.oracle.checkEvent(event);
      next = event.sequence + 1;
    }
  };
  process.call('events', readAll(), () => {});
}

function follow(process: Process): void {
  const { store, log, world } = process;
  const read = async (): Promise<void> => {
    let next = log.firstSequence();
    for await (const event of store!.follow({ from: next })) {
      if (!process.isAlive) return;
      if (event.sequence !== next) throw new Violation(`I2: follow gave ${event.sequence} where ${next} should be`);
      if (event.sequence > world.disk.durable.head.sequence) throw new Violation('I1: follow gave what is not durable');
      world.oracle.checkEvent(event);
      next += 1;
    }
  };
  process.call('follow', read(), () => {});
}

/** Skipped while a snapshot is damaged, and for a replaced writer: both may correctly find problems. */
export function verify(process: Process): void {
  const isSound = (): boolean => !process.world.disk.hasDamage && process.isNewest;
  if (!isSound()) return;
  process.call('verify', process.store!.verify(), (report) => {
    if (!report.ok && isSound()) throw new Violation(`I5: verify found ${JSON.stringify(report.problems)}`);
  });
}
