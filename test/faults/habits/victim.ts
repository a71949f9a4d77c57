/** The process that is killed. It runs a program on a file, and reports the state after each step. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hashState, isRefoldError, openStore } from '../../../src/index.ts';
import { modelOf } from '../../model/habits/application.ts';
import { argumentOf, clockOf, listenerOf, optionsOf } from '../../model/habits/circumstances.ts';
import { newWorld, type Program, type Step } from '../../model/habits/program.ts';
import { writeMark } from '../kill/marks.ts';

const { program, path }: { program: Program; path: string } = JSON.parse(process.argv[2]!);
const { fold, strict } = program;
process.on('unhandledRejection', (error) => writeMark(`stray an unhandled rejection: ${String(error)}`));
process.on('uncaughtException', (error) => writeMark(`stray an uncaught exception: ${String(error)}`));

let world = newWorld();
let store = await open();
if (store !== undefined) await live();
writeMark('done');
// The victim ends by itself if it is not killed.
await sleep(2_000);

async function open(): Promise<any> {
  writeMark('opening');
  world = newWorld();
  try {
    const options = { path, fold, clock: clockOf(program.clock, world), ...(strict ? { strict } : {}) };
    const opened: any = await openStore(modelOf(program, world), options as never);
    world.store = opened;
    const listener = listenerOf(program.listener, world);
    if (listener !== undefined) opened.subscribe(listener);
    writeMark(`opened ${opened.sequence}`);
    return opened;
  } catch (error) {
    writeMark(`unopened ${isRefoldError(error) ? error.code : 'without a code'}`);
    return undefined;
  }
}

async function live(): Promise<void> {
  for (const [index, step] of [...program.steps, ...program.steps].entries()) {
    writeMark(`doing ${index + 1} ${step.do}`);
    try {
      await carryOut(step);
    } catch (error) {
      writeMark(`refused ${isRefoldError(error) ? error.code : 'without a code'}`);
      if (isRefoldError(error, 'STORE_FAILED') || isRefoldError(error, 'STORE_CLOSED')) return;
      // The state may be partly changed. The contract says that such a store has failed.
      if (fold === 'direct' && isRefoldError(error)) return;
    }
    if (store === undefined) return;
    await Promise.allSettled(world.inner.splice(0).map(({ answer }) => answer));
    const { sequence, durableSequence } = store;
    if (sequence === durableSequence) writeMark(`lived ${sequence} ${hashOf(store.state)}`);
  }
  await store.close().then(
    () => writeMark('closed'),
    () => writeMark('not closed'),
  );
}

async function carryOut(step: Step): Promise<void> {
  switch (step.do) {
    case 'append': {
      const events = step.events.map((event) => argumentOf(event, world));
      const id = step.commandId === undefined ? {} : { commandId: step.commandId };
      return acknowledge(await store.append(events, optionsOf(step.options, id, world)));
    }
    case 'execute':
      return acknowledge(await store.execute('go', step.event));
    case 'together':
      for (const commit of await Promise.all(step.events.map((event) => store.append(argumentOf(event, world)))))
        acknowledge(commit);
      return;
    case 'snapshot':
      return void (await store.snapshot());
    case 'compact':
      return void (await store.compact());
    case 'reopen':
      await store.close();
      store = await open();
      return;
    default:
      return void (await store.stateHash());
  }
}

function acknowledge(answer: any): void {
  const commit = answer?.commit ?? answer;
  if (commit?.lastSequence !== undefined) writeMark(`acked ${commit.lastSequence}`);
}

function hashOf(state: object): string {
  try {
    return hashState(state);
  } catch {
    return 'none';
  }
}
