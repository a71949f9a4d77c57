/** The page that tells how the server does in Redis's own suite. */
import type { Outcome } from './outcome.ts';
import { NOT_RUN, REASONS } from './units.ts';

const INTRODUCTION = `# Redis's own test suite

Redis 7.0.15 has a test suite in Tcl. The server is run against it in two ways. In external mode the suite talks to a server that
runs already: each unit gets a new server and a new file. In internal mode the suite starts the server itself, with its own
configuration, as it starts \`redis-server\`.

A test is *left out* when it runs a script or a function, or opens a replication stream: the server has neither. These tests are
listed by name below. Every other test counts. The suite is fetched for running and is not part of this repository;
\`test/redis/suite/README.md\` says how. This page is written by

\`\`\`sh
node --conditions=refold-source test/redis/suite/run.ts ../redis-7.0.15 --page docs/REDIS-SUITE.md
\`\`\`
`;

/** @param date of the run, such as `2026-11-27` */
export function pageOf(outcomes: readonly Outcome[], date: string): string {
  const [internal, external] = [outcomes.filter(({ isInternal }) => isInternal), outcomes.filter((o) => !o.isInternal)];
  return [
    `${INTRODUCTION}\nThe last run was on ${date}.\n`,
    `## External mode\n\n${tableOf(external)}`,
    `## Internal mode\n\n${tableOf(internal)}`,
    `## Tests that fail\n\n${failuresOf(outcomes)}`,
    `## Tests left out\n\n${leftOutOf(outcomes)}`,
  ].join('\n');
}

function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ unit, passed, failed, leftOut, ignored }) => ({
    name: `\`${unit}\``,
    counts: [passed.length, failed.length, leftOut.length, ignored],
  }));
  const sums = [0, 1, 2, 3].map((column) => rows.reduce((sum, { counts }) => sum + counts[column]!, 0));
  const lines = [...rows, { name: '**all**', counts: sums }].map(
    ({ name, counts }) => `| ${[name, ...counts, shareOf(counts)].join(' | ')} |`,
  );
  return `${TABLE_HEAD}\n${lines.join('\n')}\n`;
}

const TABLE_HEAD = '| unit | passed | failed | left out | not for this mode | share |\n|---|---|---|---|---|---|';

/** How many of the tests that count have passed. */
function shareOf([passed = 0, failed = 0]: readonly number[]): string {
  return passed + failed === 0 ? '' : `${((passed / (passed + failed)) * 100).toFixed(1)} %`;
}

function failuresOf(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ unit, failed }) =>
    failed.map((name) => `| \`${unit}\` | ${cell(name)} | ${reasonOf(name)} |`),
  );
  if (lines.length === 0) return 'None.\n';
  return `| unit | test | why |\n|---|---|---|\n${lines.join('\n')}\n`;
}

function reasonOf(name: string): string {
  const skipped = NOT_RUN.get(name);
  return skipped === undefined ? (REASONS.get(name) ?? '') : `${skipped}. It is not run`;
}

function leftOutOf(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ unit, leftOut }) =>
    leftOut.map(({ name, lack }) => `| \`${unit}\` | ${cell(name)} | ${lack} |`),
  );
  return `| unit | test | needs |\n|---|---|---|\n${lines.join('\n')}\n`;
}

/** A text that stands in a cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
