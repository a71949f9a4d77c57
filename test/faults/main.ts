/**
 * Runs the fault table: `npm run test:faults [-- --long] [--only ROW] [--seed N] [--json]`.
 *
 * Each row prints one line at its end: what it ran and what it found. A violation, an unnoticed negative control, a row
 * below its count, or a row that cannot run on this machine makes the exit code 1.
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { row as clock } from './clock/index.ts';
import { row as damage } from './damage/row.ts';
import { row as diskFull } from './disk-full/row.ts';
import { row as fuzz } from './fuzz/index.ts';
import { row as habits } from './habits/row.ts';
import { row as kill } from './kill/row.ts';
import { row as live } from './live/row.ts';
import { row as orderBook } from './order-book/row.ts';
import { row as powerLoss } from './power-loss/row.ts';
import { row as races } from './races/row.ts';
import { row as reactors } from './reactors/row.ts';
import { row as redaction } from './redaction/row.ts';
import { row as redisDifferential } from './redis-differential/row.ts';
import { row as redisKill } from './redis-kill/row.ts';
import { row as redisProtocol } from './redis-protocol/row.ts';
import { row as retag } from './retag/row.ts';
import type { FaultRow, RowReport } from './row.ts';
import { row as simulation } from './simulation/index.ts';
import { row as soak } from './soak/index.ts';
import { row as syscalls } from './syscalls/row.ts';
import { row as takeover } from './takeover/row.ts';
import { faultsOf, type RowResult, tableLine } from './verdict.ts';

/** In the order of the table in docs/GUARANTEES.md. */
const ROWS: readonly FaultRow[] = [
  kill,
  powerLoss,
  syscalls,
  diskFull,
  damage,
  races,
  takeover,
  live,
  simulation,
  fuzz,
  habits,
  reactors,
  redaction,
  retag,
  clock,
  soak,
  orderBook,
  redisKill,
  redisProtocol,
  redisDifferential,
];

const USAGE = 'usage: npm run test:faults -- [--long] [--only ROW]... [--seed N] [--json]';

const values = readOptions();
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!Number.isSafeInteger(seed)) fail(`--seed needs a whole number, not ${values.seed}`);
const rows = chooseRows(values.only);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

say(`fault table, ${values.long ? 'tier 2' : 'tier 1'}, seed ${seed}`);
const results: RowResult[] = [];
// Two rows at a time, so that the processors have work while one of them waits.
const lanes = [rows.filter(({ waits }) => waits !== true), rows.filter(({ waits }) => waits === true)];
await Promise.all(
  lanes.map(async (lane) => {
    for (const row of lane) results.push(await runRow(row));
  }),
);

const failed = results.filter(({ faults }) => faults.length > 0).length;
if (values.json) console.log(JSON.stringify({ seed, long: values.long, rows: results }));
console.log(`faults: ${results.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        long: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(`${USAGE}\nrows: ${ROWS.map(({ name }) => name).join(', ')}`);
      process.exit(0);
    }
    return values;
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`);
  }
}

function chooseRows(names: readonly string[] | undefined): readonly FaultRow[] {
  if (names === undefined) return ROWS;
  const chosen = ROWS.filter(({ name }) => names.includes(name));
  if (chosen.length < new Set(names).size) fail(`the rows are ${ROWS.map(({ name }) => name).join(', ')}`);
  return chosen;
}

async function runRow(row: FaultRow): Promise<RowResult> {
  const start = performance.now();
  const { report, trouble } = await attempt(row);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const faults = faultsOf(row, report, trouble, values.long);
  const result = { name: row.name, seconds, report, faults };
  console.log(tableLine(result));
  for (const note of report?.notes ?? []) console.log(`    ${note}`);
  for (const fault of faults) console.log(`    FAULT ${fault}`);
  return result;
}

async function attempt(row: FaultRow): Promise<{ report?: RowReport; trouble?: string }> {
  const missing = row.missing();
  if (missing !== undefined) return { trouble: `cannot run here: ${missing}` };
  const folder = fs.mkdtempSync(join(tmpdir(), `refold-faults-`));
  try {
    return { report: await row.run({ long: values.long, seed, folder, say: (text) => say(`  ${row.name}: ${text}`) }) };
  } catch (error) {
    return { trouble: `the row itself failed: ${error instanceof Error ? error.stack : String(error)}` };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}
