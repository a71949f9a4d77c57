/** Following: first existing blocks, then new ones, without a gap. It keeps the process alive while it waits. */
import { deepStrictEqual, strictEqual } from 'node:assert';
import { setTimeout } from 'node:timers';
import type { Check, LogContractSetup } from './bench.ts';
import { appendNotes, collect, eventsOf, matches, refusalOf, sequencesOf, storyOf, upTo } from './fixtures.ts';

export function followingCases(setup: LogContractSetup<any>): readonly Check[] {
  return [
    ['gives existing blocks, then new ones, without a gap', givesAll],
    ['waits for a future sequence', waits],
    ['ends without an error at its signal, waiting or not', endsQuietly],
    ['dropped events cannot be followed', refusesWhatIsGone],
    ...(setup.readers === false ? [] : [READER_FOLLOWS]),
    ...(setup.openInProcess === undefined ? [] : IN_PROCESSES),
  ];
}

const givesAll: Check[1] = async ({ log }) => {
  await appendNotes(log, 5);
  const stop = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const block of log.follow(3, stop.signal)) {
      seen.push(...sequencesOf(eventsOf([block], 3)));
      if (seen.at(-1) === 40) stop.abort();
    }
  })();
  following.catch(() => {}); // met again below, unless appending fails before
  await appendNotes(log, 20);
  await log.care?.seal({ through: 15 });
  await appendNotes(log, 15);
  await following;
  deepStrictEqual([...new Set(seen)], upTo(40, 3));
};

const waits: Check[1] = async ({ log }) => {
  const following = (async () => {
    for await (const block of log.follow(3, inTime())) return block.firstSequence;
    return undefined;
  })();
  following.catch(() => {}); // met again below, unless appending fails before
  await appendNotes(log, 4);
  strictEqual(await following, 3);
};

const endsQuietly: Check[1] = async ({ log }) => {
  await appendNotes(log, 2);
  deepStrictEqual(await collect(log.follow(1, AbortSignal.abort())), []);
  const stop = new AbortController();
  const waiting = collect(log.follow(3, stop.signal));
  setTimeout(() => stop.abort(), 20);
  deepStrictEqual(await waiting, []);
};

const READER_FOLLOWS: Check = [
  'a reader is followed beside its writer, even when its head is asked for meanwhile',
  async (bench) => {
    await appendNotes(bench.log, 2);
    const reader = await bench.openReader();
    const following = (async () => {
      for await (const block of reader.follow(3, inTime())) return block.lastSequence;
      return undefined;
    })();
    following.catch(() => {}); // met again below, unless appending fails before
    await appendNotes(bench.log, 1);
    strictEqual(reader.head().sequence, 3); // looking at the end must not hide the block from the follower
    strictEqual(await following, 3);
    await reader.close();
  },
];

const refusesWhatIsGone: Check[1] = async ({ log }) => {
  await appendNotes(log, 5);
  await log.dropThrough(3);
  const following = collect(log.follow(2, inTime()));
  matches(await refusalOf(following), { code: 'HISTORY_GONE', sequence: 4 });
};

/** A limit for a log that would be followed forever. */
function inTime(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

const ENDINGS = [
  ['the signal', 'setTimeout(() => stop.abort(), 150)'],
  ['the close', 'setTimeout(() => log.close(), 150)'],
] as const;

const IN_PROCESSES: readonly Check[] = [
  ...ENDINGS.map(
    ([what, ending]): Check => [
      `keeps a process alive until ${what}, and no longer`,
      async (bench) => {
        const story = await storyOf(`${bench.moduleText()}
          const stop = new AbortController();
          ${ending}.unref();
          try {
            for await (const block of log.follow(1, stop.signal)) {}
          } catch (error) {
            if (error.code !== 'STORE_CLOSED') throw error;
          }
          console.log('ended');
          await log.close();`);
        strictEqual(story, 'ended\n');
      },
    ],
  ),
  [
    'does not keep a process alive after it has stopped waiting',
    async (bench) => {
      const story = await storyOf(`${bench.moduleText()}
        const blocks = log.follow(1, new AbortController().signal)[Symbol.asyncIterator]();
        const commit = { events: 1, recordedAt: 1, json: '[["Noted",1,null]]' };
        await log.append({ expectedSequence: 0, epoch: log.epoch, commits: [commit], outcomes: [] });
        console.log((await blocks.next()).value.lastSequence);`);
      strictEqual(story, '1\n');
    },
  ],
];
