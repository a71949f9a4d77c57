/** The aims of the studio: its answers beside what the library takes for the same, and its page beside an empty one. */
import type { Aim } from './aim.ts';

/** What the server may keep in memory beside what a replay takes, in MB. */
const BUDGET = 64;

const AIMS: readonly Aim[] = [
  {
    name: 'studio-cold-vs-at',
    what: "the studio's answer at a random place ÷ `at`, no state for far places in memory",
    of: (row) => row('studio-cold') / row('studio-at'),
    atMost: 1.5,
  },
  {
    name: 'studio-warm-vs-at',
    what: 'the same with states for far places in memory',
    of: (row) => row('studio-warm') / row('studio-warm-at'),
    atMost: 0.5,
  },
  {
    name: 'studio-step-vs-at',
    what: "the studio's answer to a step ÷ `at`",
    of: (row) => row('studio-step') / row('studio-warm-at'),
    atMost: 0.25,
  },
  {
    name: 'studio-tile-vs-walk',
    what: 'a tile of the heatmap that was not seen before ÷ a walk through its events',
    of: (row) => row('studio-tile') / row('studio-walk'),
    atMost: 15,
  },
  {
    name: 'studio-large-vs-at',
    what: "the studio's answer to a far move where the state is large ÷ `at`",
    of: (row) => row('studio-large-moment') / row('studio-large-at'),
    atMost: 1.2,
  },
  {
    name: 'studio-page-vs-moment',
    what: 'a page of its table ÷ that answer',
    of: (row) => row('studio-large-page') / row('studio-large-moment'),
    atMost: 0.5,
  },
  {
    name: 'studio-address-vs-import',
    what: '`refold studio` until its address is printed ÷ a process that imports the package',
    of: (row) => row('studio-address') / row('studio-import'),
    atMost: 2.5,
  },
  {
    name: 'studio-ready-vs-empty',
    what: 'the page, until it has drawn the log ÷ an empty page of the same server',
    of: (row) => row('studio-page-ready') / row('studio-page-empty'),
    atMost: 6,
  },
  {
    name: 'studio-drag-vs-repaint',
    what: 'the longest task of a drag ÷ that of an empty page that repaints as many pixels',
    of: (row) => row('studio-page-drag') / row('studio-page-repaint'),
    atMost: 5,
  },
  {
    name: 'studio-live-vs-poll',
    what: 'from an append to the pixels that show it ÷ how often a log is asked for news',
    of: (row) => row('studio-live') / row('studio-poll'),
    atMost: 8,
  },
  {
    name: 'studio-memory-vs-replay',
    what: `peak memory of the studio's process ÷ (2 × that of a replay + ${BUDGET} MB)`,
    of: (row) => row('studio-memory') / (2 * row('studio-replay-memory') + BUDGET),
    atMost: 1,
  },
  {
    name: 'studio-memory-growth',
    what: 'its memory in the last quarter of many moves ÷ in the first',
    of: (row) => row('studio-memory-last') / row('studio-memory-first'),
    atMost: 1.1,
  },
];

export const STUDIO_AIMS: readonly Aim[] = AIMS.map((aim) => ({ ...aim, section: 'Looking back' }));
