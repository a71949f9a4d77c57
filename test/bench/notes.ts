/**
 * Where the time goes, for aims that were missed on the machine of the committed figures: told beside the verdict.
 *
 * From profiles (`npm run bench -- --only NAME --profile FOLDER`), and to be rewritten when a profile says otherwise. A
 * missed aim without a note says that it has none.
 */
export const NOTES: Readonly<Record<string, string>> = {
  concurrent:
    'The thread of the application is busy for nine tenths of the time, with 5 to 6 µs for each event: validation and the copy of the payload 0.6, drafts and settling of a one-event commit 1.6, JSON 0.3, the rest promises, closures and the collection of all that. The writer needs 1.2 µs and waits.',
  'concurrent-vs-emmett': 'The thread of the application is the limit, not the disk: see the figure after this one.',
  batch:
    'The thread of the application is busy for nine tenths of the time, with 1.6 to 2 µs for each event: zod 0.2, the two walks of the guard 0.3, JSON 0.3, the reducers 0.2, UTF-8 0.1, collecting garbage 0.1, the rest the making of the events, promises and the loop around it. The disk takes some two million such events a second. The prototype behind the aim ran on a machine on which Redis, too, did 590,000 commands a second.',
  'batch-vs-redis':
    'The thread of the application validates, folds and encodes each event (see the next figure); Redis stores bytes that nobody looks at.',
  'os-batch-vs-event-storage':
    'Without a sync the thread of the application is the limit: validation by zod, the guard, the fold and JSON take 1.6 to 2 µs for each event, and event-storage does none of the first three.',
  'lone-vs-bare':
    'An append crosses to the writer thread and back (0.06 ms for an empty message), and SQLite writes whole pages into its WAL, each with a header and a checksum (0.13 ms, against 0.11 for the bare bytes): together nine tenths of the aim, before anything is validated or folded. The ratio after this one sets it against these parts.',
  'snapshot-flat':
    'Two cores have five threads to run meanwhile: the application, the writer, the one that makes and checks the snapshot (at the lowest priority), compression, and the collector. The slow hundredth of the appends waits 3 to 10 ms for a core, a garbage collection or the write-back of the WAL, not for the encoding, which is cut into slices of half a millisecond.',
  'open-flat':
    'What differs is the tail that is folded, by a process that has compiled nothing yet: the numbers of events are under the figures. Under full load snapshots come further apart than in a short log.',
  'at-flat': 'In the shortest log many places lie close to the beginning, where nothing has to be loaded.',
  'replay-memory':
    'Most of it is what V8 lets its heap grow to between two collections: a bare loop of the same reducers over the same events, without refold, grows by 99 to 186 MB.',
};

/** The sentence about an aim that was missed. */
export function noteOn(name: string): string {
  return (
    NOTES[name] ??
    'Where the time goes has not been written down yet: profile it, and add a note to test/bench/notes.ts.'
  );
}
