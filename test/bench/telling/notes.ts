/**
 * Where the time goes, for aims that were missed on the machine of the committed figures: told beside the verdict.
 *
 * From profiles (`npm run bench -- --only NAME --profile FOLDER`), and to be rewritten when a profile says otherwise. A
 * missed aim without a note says that it has none.
 */
export const NOTES: Readonly<Record<string, string>> = {
  concurrent:
    'The thread of the application is busy for nine tenths of the time, with 5 to 7 µs for each event: drafts and settling of a one-event commit 0.9, JSON and the block 0.8, validation and the event 0.5, collecting garbage 0.4, messages 0.3, the rest promises and closures of a thousand callers. The writer needs 1.2 µs and waits.',
  'concurrent-vs-emmett': 'The thread of the application is the limit, not the disk: see the figure after this one.',
  batch:
    'The thread of the application is busy for nine tenths of the time, with 1.1 to 1.5 µs for each event: JSON 0.3, the reducers 0.25, zod 0.2, the intake 0.1, collecting garbage 0.1, the rest the making of the events, promises and the loop around it. The disk takes some two million such events a second. The prototype behind the aim ran on a machine on which Redis, too, did 590,000 commands a second.',
  'batch-vs-redis':
    'The thread of the application validates, folds and encodes each event (see the next figure); Redis stores bytes that nobody looks at.',
  'os-batch-vs-event-storage':
    'Without a sync the thread of the application is the limit: it is busy for nine tenths of the time. Validation by zod, the fold, JSON and the events themselves take 1.1 to 1.5 µs for each, as fast as the machine happens to be; event-storage does neither of the first two.',
  'lone-vs-bare':
    'Of 0.41 ms, clock readings along the way say: SQLite commits in 0.20 (whole pages, each with a header and a checksum) where the bare bytes take 0.15; two sleeping threads are woken, 0.04 and 0.05, whether by messages or by shared memory; those two are the limit of the machine, and come to 1.9 of the bare bytes. The rest is work: messages packed and unpacked 0.04, validating, folding and encoding 0.03 from a cold start each time, beginning the transaction and putting the row 0.04, the witness 0.02. The ratio after this one sets it against the parts alone.',
  'snapshot-flat':
    'Two cores have five threads to run meanwhile: the application, the writer, the one that checks the snapshot (at the lowest priority, and napping every half millisecond), compression, and the collector. The slow hundredth of the appends waits 1 to 5 ms for a core, for a garbage collection, or for the disk, not for the encoding, which is cut into slices of a fifth of a millisecond. The smaller the state, the fewer appends there are beside its snapshot, and the more of them meet its writing.',
  'open-flat':
    'What differs is the tail that is folded, by a process that has compiled nothing yet: the numbers of events are under the figures.',
  'at-flat': 'In the shortest log many places lie close to the beginning, where nothing has to be loaded.',
  ids: 'With an id the thread of the application does about 3 µs more for a command: the text of the outcome, the message with it, the hash of the id (twice), the list of what is on its way, and the collecting of all that. The writer takes some 3 µs more: two rows in two trees, and as many old ones deleted once 100,000 are remembered.',
  'tape-vs-peer':
    'A command takes 4 to 5 µs of the application’s thread, where the other library takes 1.8 and keeps nothing: parsing the input 0.3, deciding 0.3, the event and its schema 0.3, JSON 0.4, the fold 0.4, the queue, the block and the message 0.8, collecting garbage 0.6, the rest promises and closures of commands in flight.',
  'tape-atomic-vs-peer':
    'The same, and 4 µs for the drafts of the atomic fold: for an order that rests, a copy each of the market, the level and the order before it, and for one that goes, of both its neighbours; half of the time goes into copying and freezing them.',
  'replay-memory':
    'It is what V8 lets its heap grow to between two collections, in a machine of 24 GB. At its peak a replay has 124 MB of young generation and 80 MB of tables that the Map of the state has outgrown; a bare loop of the same reducers over as many events, without a log, comes to 94 or to 245 MB beyond the state, from run to run: V8 doubles the young generation once more or does not; in a replay it did in every run seen. What a replay adds is some 40 to 60: the text of one block, its events, a few megabytes of pages. The figure after this one is of this run. With --max-semi-space-size=16 both take 80 to 145 less.',
};

/** The sentence about an aim that was missed. */
export function noteOn(name: string): string {
  return (
    NOTES[name] ??
    'Where the time goes has not been written down yet: profile it, and add a note to test/bench/telling/notes.ts.'
  );
}
