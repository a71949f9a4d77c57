/**
 * A process with a standby and a reactor, to be stopped and killed. It appends while it is the writer, and writes down what it asks
 * and what it is told. Usage: fork(member.ts, [JSON of Member])
 */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineModel, defineReactor, isRefoldError, openStore } from '../../../src/index.ts';
import { placeOf, type StoryLog } from './story-log.ts';

export interface Member {
  readonly log: StoryLog;
  readonly diary: string;
  readonly effects: string;
  readonly name: string;
  /** For the negative control: it says that an append is done as soon as the call has returned. */
  readonly lies: boolean;
}

/** What it tells its parent: its role, and that it has appended some more events, or that it has closed. */
export interface MemberNews {
  readonly role?: string;
  readonly appended?: true;
  readonly settled?: number;
}

const notes = defineModel({
  name: 'notes',
  events: { Noted: z.object({ id: z.string() }) },
  initialState: () => ({ count: 0, last: '' }),
  reducers: {
    Noted: (state, { id }) => {
      state.count += 1;
      state.last = id;
    },
  },
});

/** So many appends are under way at once, and so many events may wait for their effects. */
const AT_ONCE = 4;
const MOST_LAG = 100;

const { log, diary, effects, name, lies } = JSON.parse(process.argv[2] ?? '') as Member;
const [diaryFile, effectsFile] = [fs.openSync(diary, 'a'), fs.openSync(effects, 'a')];
// A kill may cut a line short. So each line ends with a mark, and the first one of a life begins a new line.
const write = (line: string): unknown => fs.writeSync(diaryFile, `${line} .\n`);
const tell = (news: MemberNews): unknown => process.connected && process.send?.(news);

write('\nlife');
const store = await openStore(notes, { ...placeOf(log), standby: true });
store.subscribe((events) => {
  for (const { sequence } of events) write(`heard ${sequence}`);
});
const reactor = await store.react(
  defineReactor(notes, {
    name: 'effects',
    on: { Noted: ({ sequence }) => void fs.writeSync(effectsFile, `\n${sequence} .`) },
  }),
);
store.onRole((role) => tell({ role }));
let isStopped = false;
let count = 0;
let number = 0;
process.on('message', async (message) => {
  if (message === 'stop') isStopped = true;
  if (message === 'settle') {
    await reactor.caughtUp();
    tell({ settled: store.durableSequence });
  }
  if (message === 'close') {
    await store.close();
    process.exit(0);
  }
});
tell({ role: store.role });
while (!isStopped) {
  const mayAppend = store.role === 'writer' && store.sequence - reactor.sequence < MOST_LAG;
  if (mayAppend || (store.role === 'replica' && count % 50 === 0)) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => append()));
    tell({ appended: true });
  }
  await sleep(store.role === 'writer' ? 2 : 20);
  count += 1;
}

async function append(): Promise<void> {
  number += 1;
  const id = `${name}-${process.pid}-${number}`;
  write(`ask ${id}`);
  try {
    const done = store.append({ type: 'Noted', data: { id } });
    if (lies && store.role === 'writer') write(`done ${id} ${store.sequence}`);
    const { firstSequence } = await done;
    if (!lies) write(`done ${id} ${firstSequence}`);
  } catch (error) {
    if (isRefoldError(error, 'OUTCOME_UNKNOWN')) write(`unknown ${id}`);
    else write(`refused ${id} ${isRefoldError(error) ? error.code : String(error)}`);
  }
}
