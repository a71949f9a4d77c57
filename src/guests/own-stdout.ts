/**
 * Keeps stdout for what a command prints itself. What a model's module, a reducer or a thread of theirs prints there is on stderr
 * instead, so that it does not spoil lines of JSON.
 */
type Write = typeof process.stdout.write;

let own: Write | undefined;
let foreign = 0;

/** From now on only `writeStdout` reaches stdout. */
export function keepStdout(): void {
  if (own !== undefined) return;
  own = process.stdout.write;
  process.stdout.write = ((...args: Parameters<Write>) => {
    foreign += 1;
    return Reflect.apply(process.stderr.write, process.stderr, args);
  }) as Write;
}

/** Gives stdout back to all. */
export function releaseStdout(): void {
  if (own !== undefined) process.stdout.write = own;
  own = undefined;
}

/** As `process.stdout.write`. */
export function writeStdout(text: string, taken?: (error?: Error | null) => void): boolean {
  return Reflect.apply(own ?? process.stdout.write, process.stdout, [text, taken]);
}

/** How often something else has written to stdout since it is kept. */
export function foreignWrites(): number {
  return foreign;
}
