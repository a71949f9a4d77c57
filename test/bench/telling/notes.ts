/**
 * Where the time goes, for aims that were missed on the machine of the committed figures. The report shows the note beside
 * the verdict.
 *
 * The notes come from profiles (`npm run bench -- --only NAME --profile FOLDER`). Rewrite a note when a profile says
 * otherwise. For a missed aim without a note the report says that the note is missing.
 */
export const NOTES: Readonly<Record<string, string>> = {
  concurrent:
    'The application thread is busy for 90 % of the time. It takes 5 to 7 µs for each event: drafts and places of a one-event commit 0.9, JSON and the block 0.8, validation and the event 0.5, garbage collection 0.4, messages 0.3. The rest is promises and closures of a thousand callers. The writer needs 1.2 µs and waits.',
  'concurrent-vs-emmett': 'The application thread is the limit, not the disk: see the figure after this one.',
  batch:
    'The application thread is busy for 90 % of the time. It takes 1.1 to 1.5 µs for each event: JSON 0.3, the reducers 0.25, zod 0.2, the intake 0.1, garbage collection 0.1. The rest is the making of the events, promises and the loop around them. The disk takes about two million such events a second. The prototype behind the aim ran on a machine on which Redis also did 590,000 commands a second.',
  'batch-vs-redis':
    'The application thread validates, folds and encodes each event (see the next figure). Redis stores bytes without looking at them.',
  'os-batch-vs-event-storage':
    'Without a sync the application thread is the limit: it is busy for 90 % of the time. Validation by zod, the fold, JSON and the events themselves take 1.1 to 1.5 µs for each event, depending on the machine. event-storage does not validate or fold.',
  'lone-vs-bare':
    'Clock readings on the way split the 0.41 ms. SQLite commits in 0.20 (whole pages, each with a header and a checksum). The bare bytes take 0.15. Waking two sleeping threads takes 0.04 and 0.05, by messages or by shared memory. These two are the limit of the machine, and come to 1.9 of the bare bytes. The rest is work: packing and unpacking messages 0.04; validating, folding and encoding 0.03, from a cold start each time; beginning the transaction and inserting the row 0.04; the witness 0.02. The ratio after this one compares it with the parts alone.',
  'snapshot-flat':
    'Two cores run five threads at this time: the application, the writer, the thread that checks the snapshot (at the lowest priority, with a pause every 0.5 ms), compression, and the garbage collector. The slowest 1 % of the appends wait 1 to 5 ms for a core, for a garbage collection, or for the disk. They do not wait for the encoding, which runs in 0.2 ms slices. The smaller the state, the fewer appends run beside its snapshot, and the more of them meet its writing.',
  'open-flat':
    'The difference is the tail that the process folds, before V8 has compiled anything. The numbers of events are below the figures.',
  'at-flat': 'In the shortest log many places are close to the beginning, where no snapshot has to be loaded.',
  ids: 'With an id the application thread works about 3 µs longer for a command: the text of the outcome, its message, the hash of the id (twice), the list of pending commands, and the garbage of all that. The writer takes about 3 µs more: two rows in two trees, and as many old rows deleted once 100,000 are remembered.',
  'postgres-vs-sqlite-1000':
    'The application works as long for an event as on a file, and the server takes a part of the same two processors.',
  'postgres-replica':
    'It lies between 0.72 and 0.86 from run to run. Writer, server and replica share two processors here.',
  'postgres-sharing-2': 'A turn is two round trips in which the other process waits.',
  'postgres-ids':
    'Application and server share two processors. With an id the application works 14 to 21 µs longer for a command, about a third of that in garbage collection. The server works about 10 µs longer: a row in two indexes. Then it deletes an old row for each, which takes 4.',
  'postgres-ids-filling':
    'Each id is looked up by the server, 1,000 in a statement, and the call waits for its answer. Beside that the earlier ids are read.',
  'tape-vs-peer':
    'A command takes 4 to 5 µs of the application thread. The other library takes 1.8 and stores nothing. The parts are: parsing the input 0.3, deciding 0.3, the event and its schema 0.3, JSON 0.4, the fold 0.4, the queue, the block and the message 0.8, garbage collection 0.6. The rest is promises and closures of commands in flight.',
  'tape-atomic-vs-peer':
    'The same, and 4 µs for the drafts of the atomic fold. An order that rests needs a copy of the market, of the level and of the order before it. An order that leaves the book needs copies of both its neighbours. Copying and freezing them takes half of the time.',
  'follow-atomic-vs-direct':
    'A message takes 3 to 3.5 µs of the application thread in the direct fold, and 6.5 to 7 in the atomic one. 0.7 of both is the separate book that the import translates against. The difference is drafts: an order that enters needs a copy of its level and of the order before it, and one that leaves also of the order after it. Each copy is checked and frozen when the event ends, although the next event of the commit may take it again.',
  'replay-memory':
    'V8 lets its heap grow to this size between two collections, on a machine of 24 GB. At its peak a replay has 124 MB of young generation, and 80 MB of tables that the Map of the state has outgrown. A bare loop of the same reducers over as many events, without a log, takes 94 or 245 MB beyond the state, depending on the run: V8 doubles the young generation once more, or does not. In a replay it did so in every run that we saw. A replay adds about 40 to 60 MB: the text of one block, its events, a few megabytes of pages. The figure after this one comes from this run. With --max-semi-space-size=16 both take 80 to 145 MB less.',
  'serve-SET-1-vs-redis': servingOne('A SET takes 17 to 20 µs of the main thread and 5 of the writer.'),
  'serve-INCR-1-vs-redis': servingOne('An INCR takes 18 µs of the main thread and 4 of the writer.'),
  'serve-LPUSH-1-vs-redis': servingOne('An LPUSH takes 18 µs of the main thread and 4 of the writer.'),
  'serve-HSET-1-vs-redis': servingOne('An HSET takes 18 µs of the main thread and 4 of the writer.'),
  'serve-ZADD-1-vs-redis': servingOne('A ZADD takes 25 µs of the main thread and 5 of the writer.'),
  'serve-SET-16-vs-redis':
    'A SET takes 4.5 to 5 µs of the main thread, which is the limit; Redis takes 1.8 to 2. The parts are: sockets 0.8, the request 0.4, gates and counters 0.5, the event with its check and its JSON 0.7, waiting for memory in the Map of keys 0.6, garbage collection 0.4, the block and its message 0.5. Snapshots and sealing take 1 to 3 µs of another processor.',
  'serve-ZADD-16-vs-redis':
    'A ZADD takes 9 to 11 µs of the main thread, which is the limit; Redis takes 3.3 to 4. Half of it is what a SET takes. The rest is the tree of scores: a deletion, an insertion, and two keys of 20 to 30 characters, which are made, compared about 35 times and collected.',
  'large-ZRANK':
    'A ZRANK takes 1.9 µs of the main thread at a thousand members, and 5.7 at a million. The difference is waiting for memory: the Map of scores takes about 1 µs of it, and the tree 2.5. At each of its lower levels five keys are compared, which lie anywhere in the heap.',
  'restart-vs-redis':
    'A process from the sources takes 0.8 s of processor time until it answers, of which most is for stripping types and loading modules. Decoding and folding 700,000 events takes 1.4 s, which is 2 µs each. Snapshots bound this part: a longer log does not make it longer, and Redis reads its whole AOF.',
};

/** The note on a command with pipeline 1. The parts are those of a SET. */
function servingOne(sum: string): string {
  return `${sum} Redis takes 8 to 12 in all. The kernel takes 8 of the main thread: writing to the socket, reading from it, waiting for clients and waking the writer. Node's sockets take 3, the command 4, the block with its message and its promises 3 when 25 clients share it. The client, the main thread and the writer share two processors.`;
}

/** The sentence about an aim that was missed. */
export function noteOn(name: string): string {
  return (
    NOTES[name] ??
    'There is no note yet on where the time goes: profile it, and add a note to test/bench/telling/notes.ts.'
  );
}
