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
    'Without a sync the thread of the application is the limit: it is busy for nine tenths of the time. Validation by zod, the guard, the fold, JSON and the events themselves take 1.3 to 2 µs for each, as fast as the machine happens to be; event-storage does none of the first three.',
  'lone-vs-bare':
    'SQLite alone comes to 1.1 of the bare bytes where its WAL is overwritten, and to 1.7 while the WAL still grows (whole pages, each with a header and a checksum; fsync or fdatasync makes no difference). An append also crosses to the writer thread and back, which wakes two sleeping threads: 0.06 ms for an empty message, 0.09 when the writer works in between, whether by messages or by shared memory. Together that is nine tenths of the aim, before anything is locked, hashed, witnessed, validated or folded. The ratio after this one sets it against these parts.',
  'snapshot-flat':
    'Two cores have five threads to run meanwhile: the application, the writer, the one that checks the snapshot (at the lowest priority, and napping every half millisecond), compression, and the collector. The slow hundredth of the appends waits 1 to 5 ms for a core, for a garbage collection, or for the disk, not for the encoding, which is cut into slices of a fifth of a millisecond. The smaller the state, the fewer appends there are beside its snapshot, and the more of them meet its writing.',
  'open-flat':
    'What differs is the tail that is folded, by a process that has compiled nothing yet: the numbers of events are under the figures. Under full load snapshots come further apart than in a short log.',
  'at-flat': 'In the shortest log many places lie close to the beginning, where nothing has to be loaded.',
  'replay-memory':
    'Most of it is what V8 lets its heap grow to between two collections: its young generation alone comes to 118 MB in any program that makes so many objects. A bare loop of the same reducers over as many events, without refold, takes 100 to 240 MB beyond the state, from run to run; the figure after this one is of this run. With --max-semi-space-size=16 a replay takes 145.',
};

/** The sentence about an aim that was missed. */
export function noteOn(name: string): string {
  return (
    NOTES[name] ??
    'Where the time goes has not been written down yet: profile it, and add a note to test/bench/notes.ts.'
  );
}
