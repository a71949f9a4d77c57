/**
 * Where the time goes, for aims that were missed on the machine of the committed figures: told beside the verdict.
 *
 * From profiles (`npm run bench -- --only NAME --profile FOLDER`), and to be rewritten when a profile says otherwise. A
 * missed aim without a note says that it has none.
 */
export const NOTES: Readonly<Record<string, string>> = {
  'lone-vs-bare':
    'An append crosses to the writer thread and back, and SQLite writes whole pages into its WAL, each with a header and a checksum, where the bare file takes a hundred bytes; the ratio after this one sets it against these parts alone.',
};

/** The sentence about an aim that was missed. */
export function noteOn(name: string): string {
  return (
    NOTES[name] ??
    'Where the time goes has not been written down yet: profile it, and add a note to test/bench/notes.ts.'
  );
}
