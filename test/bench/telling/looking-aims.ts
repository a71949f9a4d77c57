/** The aims of the section "Looking back": questions about the past, in the longest log of an order book. */
import { type Aim, LESS, MORE } from './aim.ts';

export function lookingBack(): Aim[] {
  const aims: Aim[] = [
    {
      name: 'info-vs-import',
      what: '`refold info` of the longest log ÷ a process that imports the package',
      of: (row) => row('looking-info') / row('looking-import'),
      atMost: 2.5,
    },
    {
      name: 'info-vs-import-cpu',
      what: 'the same, in processor time',
      of: (row) => row('looking-info-cpu') / row('looking-import-cpu'),
    },
    {
      name: 'step-forward-vs-at',
      what: 'a step of a cursor forward ÷ `at`, in the longest log of an order book',
      of: (row) => row('looking-forward') / row('looking-at'),
      atMost: 0.01,
    },
    {
      name: 'step-back-vs-at',
      what: 'a step of a cursor back, within its budget ÷ `at`',
      of: (row) => row('looking-back') / row('looking-at'),
      atMost: 0.01,
    },
    {
      name: 'walk-vs-replay',
      what: 'a walk through that log, event by event ÷ a replay of it, in events/s',
      of: (row) => row('looking-replay') / row('looking-walk'),
      atLeast: 0.9,
      guard: MORE,
    },
    {
      name: 'why-vs-replay',
      what: 'why: all changes of one quantity in that log ÷ a replay of it',
      of: (row) => row('looking-why') / row('looking-replay'),
      atMost: 1.5,
      guard: LESS,
    },
    {
      name: 'why-often-vs-replay',
      what: 'the same of a price that changes with each trade',
      of: (row) => row('looking-why-often') / row('looking-replay'),
      atMost: 1.5,
    },
    {
      name: 'why-newest-vs-why',
      what: 'why --limit 1 of what changed in the last 1 % ÷ all changes of it',
      of: (row) => row('looking-why-newest') / row('looking-why'),
      atMost: 0.1,
    },
    {
      name: 'bisect-vs-replay',
      what: 'bisect of an invariant that walks all orders ÷ a replay',
      of: (row) => row('looking-bisect') / row('looking-replay'),
      atMost: 1.5,
    },
    {
      name: 'bisect-fast-vs-replay',
      what: 'the same, halving between keyframes ÷ a replay',
      of: (row) => row('looking-bisect-fast') / row('looking-replay'),
      atMost: 0.2,
    },
    {
      name: 'why-large-vs-replay',
      what: 'why: all changes of one quantity in the largest state ÷ a replay',
      of: (row) => row('looking-large-why') / row('looking-large-replay'),
      atMost: 2,
    },
    {
      name: 'events-vs-stringify',
      what: '`refold events` into a pipe, the start of its process included ÷ decoding and JSON.stringify of the same events',
      of: (row) => row('looking-events') / row('looking-stringify'),
      atLeast: 0.5,
    },
    ...['walk', 'cursor', 'why', 'bisect', 'bisect-fast', 'diff', 'at', 'info', 'events'].map(
      (look): Aim => ({
        name: `memory-of-${look}`,
        what: `peak memory of ${look}, in that log, beyond that of a replay`,
        of: (row) => row(`looking-${look}-memory`) - row('looking-replay-memory'),
        atMost: 100,
        unit: 'MB',
      }),
    ),
  ];
  return aims.map((aim) => ({ ...aim, section: 'Looking back' }));
}
