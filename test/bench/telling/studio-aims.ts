/** The aims of the studio's server: its answers beside what the library takes for the same. */
import type { Aim } from './aim.ts';

export const STUDIO_AIMS: readonly Aim[] = [
  {
    name: 'studio-moment-vs-at',
    what: "the studio's answer at a random place ÷ `at`",
    of: (row) => row('studio-moment') / row('studio-at'),
    atMost: 1.5,
    section: 'Looking back',
  },
  {
    name: 'studio-step-vs-at',
    what: "the studio's answer to a step ÷ `at`",
    of: (row) => row('studio-step') / row('studio-at'),
    atMost: 0.25,
    section: 'Looking back',
  },
  {
    name: 'studio-large-vs-at',
    what: "the studio's first answer where the state is large ÷ `at`",
    of: (row) => row('studio-large-moment') / row('studio-large-at'),
    atMost: 1.2,
    section: 'Looking back',
  },
  {
    name: 'studio-page-vs-moment',
    what: 'a page of its table ÷ that answer',
    of: (row) => row('studio-large-page') / row('studio-large-moment'),
    atMost: 0.5,
    section: 'Looking back',
  },
  {
    name: 'studio-address-vs-import',
    what: '`refold studio` until its address is printed ÷ a process that imports the package',
    of: (row) => row('studio-address') / row('studio-import'),
    atMost: 2.5,
    section: 'Looking back',
  },
];
