/** Which commands a made-up day has, compared with a real day. */
import { type FlowKind, type FlowOptions, generateFlow } from './flow.ts';

export interface FlowSummary {
  readonly hours: number;
  /** In percent of all commands. */
  readonly shares: readonly { readonly name: string; readonly made: number; readonly real: number }[];
}

/** Percent of the messages of GOOG on 2012-06-21 (NASDAQ, the LOBSTER sample). */
const REAL: readonly (readonly [FlowKind, name: string, percent: number])[] = [
  ['new', 'new orders', 45],
  ['delete', 'deletions', 44],
  ['execution', 'executions', 5],
  ['hidden', 'hidden prints', 2.5],
];

/** Generates the flow once, only to count it. */
export function summariseFlow(options: FlowOptions): FlowSummary {
  const counts = new Map<FlowKind, number>();
  let last = 0;
  for (const { kind, at } of generateFlow(options)) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    last = at;
  }
  const percent = (kind: FlowKind): number => ((counts.get(kind) ?? 0) / options.commands) * 100;
  return {
    hours: last / 3_600_000_000,
    shares: REAL.map(([kind, name, real]) => ({ name, made: percent(kind), real })),
  };
}
