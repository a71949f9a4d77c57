/**
 * Keeps stdout for what a command prints itself. What a model's module, a reducer or a thread of theirs prints there is on stderr
 * instead, so that it does not spoil lines of JSON.
 */
type Write = typeof process.stdout.write;

/** What was there before, and what stands in its place. */
let kept: { readonly own: Write; readonly instead: Write } | undefined;
let foreign = 0;

/** From now on only `writeStdout` reaches stdout. */
export function keepStdout(): void {
  if (kept !== undefined && process.stdout.write === kept.instead) return;
  const instead = ((...args: Parameters<Write>) => {
    foreign += 1;
    return Reflect.apply(process.stderr.write, process.stderr, args);
  }) as Write;
  kept = { own: process.stdout.write, instead };
  process.stdout.write = instead;
}

/** Gives stdout back to all. */
export function releaseStdout(): void {
  if (kept !== undefined && process.stdout.write === kept.instead) process.stdout.write = kept.own;
  kept = undefined;
}

/** As `process.stdout.write`. */
export function writeStdout(text: string, taken?: (error?: Error | null) => void): boolean {
  const { write } = process.stdout;
  const own = kept !== undefined && write === kept.instead ? kept.own : write;
  return Reflect.apply(own, process.stdout, [text, taken]);
}

/** How often something else has written to stdout since it is kept. */
export function foreignWrites(): number {
  return foreign;
}
