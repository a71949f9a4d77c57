/**
 * What is true of the crowd at each moment, from its events alone: the library would fold a state of a million entries for each place,
 * as the studio does, and would say the same by the same code.
 */
import { type Commit, openLog, type RecordedEvent } from 'refold';
import { Oracle, type Truth } from './compare.ts';

export async function openCrowdOracle(path: string): Promise<Oracle> {
  await using log = await openLog({ path });
  const events = await Array.fromAsync(log.events());
  const commits = await Array.fromAsync(log.commits());
  return new Oracle(async (sequence) => truthAt(sequence, events, commits));
}

/** Its state is what the closed tree shows. */
function truthAt(sequence: number, events: readonly RecordedEvent[], commits: readonly Commit[]): Truth {
  const event = events[sequence - 1];
  const words = events.slice(0, sequence).filter(({ type }) => type === 'Spoke').length;
  const commit = commits.find(
    ({ firstSequence, lastSequence }) => firstSequence <= sequence && sequence <= lastSequence,
  );
  const changes = event === undefined ? [] : changesOf(event, words);
  return { sequence, recordedAt: event?.recordedAt ?? 0, event, commit, state: { words }, changes };
}

function changesOf({ type, data }: RecordedEvent, words: number): Truth['changes'] {
  const { from, count, id } = data as Readonly<Record<string, number>>;
  if (type === 'Spoke') return [{ parts: ['people', id!] }, { parts: ['words'], before: words - 1, after: words }];
  return Array.from({ length: count! }, (_, at) => ({ parts: ['people', from! + at] }));
}
