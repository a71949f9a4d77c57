/** What the effects of a reactor did, as seen from outside: lines in a file that survive every kill. Pure. */

/** One line of the file. */
export type Trace =
  | { readonly kind: 'life' }
  | { readonly kind: 'begin' | 'end'; readonly sequence: number; readonly partition: string };

/** A line that a kill cut short has no end of line, and counts as not written. */
export function parseTraces(text: string): Trace[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [kind, sequence, partition = ''] = line.split(' ');
      return kind === 'life' ? { kind } : { kind: kind as 'begin' | 'end', sequence: Number(sequence), partition };
    });
}

export function traceLine(kind: 'begin' | 'end', sequence: number, partition: string): string {
  return `${kind} ${sequence} ${partition}\n`;
}

/** What is expected of the traces. */
export interface Expected {
  /** Every event with an effect. */
  readonly sequences: readonly number[];
  readonly concurrency: number;
}

/**
 * The promises of a reactor over several lives: every effect ran; a partition ran in order; after a crash only what was in
 * flight ran again.
 */
export function violationsOf(traces: readonly Trace[], { sequences, concurrency }: Expected): string[] {
  const ended = new Set(traces.flatMap((trace) => (trace.kind === 'end' ? [trace.sequence] : [])));
  const missing = sequences.filter((sequence) => !ended.has(sequence));
  const violations = missing.slice(0, 3).map((sequence) => `the effect of ${sequence} never ran`);
  const durable = new Set<number>();
  for (const life of livesOf(traces)) {
    const lastOf = new Map<string, number>();
    const running = new Set<number>();
    for (const { kind, sequence, partition } of life) {
      if (kind === 'end') {
        running.delete(sequence);
        continue;
      }
      if (durable.has(sequence))
        violations.push(`${sequence} ran again, and a later effect of its partition had begun`);
      const before = lastOf.get(partition);
      if (before !== undefined && before >= sequence)
        violations.push(`${sequence} ran after ${before} of its partition`);
      if (before !== undefined) durable.add(before);
      lastOf.set(partition, sequence);
      running.add(sequence);
      if (running.size > concurrency) violations.push(`${running.size} effects ran at once`);
    }
  }
  return violations;
}

/** How many effects ran again. */
export function repeatsOf(traces: readonly Trace[]): number {
  const begun = traces.flatMap((trace) => (trace.kind === 'begin' ? [trace.sequence] : []));
  return begun.length - new Set(begun).size;
}

type EffectTrace = Exclude<Trace, { readonly kind: 'life' }>;

function livesOf(traces: readonly Trace[]): EffectTrace[][] {
  const lives: EffectTrace[][] = [[]];
  for (const trace of traces) {
    if (trace.kind === 'life') lives.push([]);
    else lives.at(-1)?.push(trace);
  }
  return lives;
}
