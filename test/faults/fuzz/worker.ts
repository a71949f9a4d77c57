/**
 * Runs inputs in a separate process: `worker.ts SEED FIRST COUNT [DEFECT]`. The seed and the number determine each
 * input.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chanceOf } from '../judging/chance.ts';
import { type FuzzDefect, type Setting, TARGETS, type Target } from './targets.ts';

/** The result of a range of inputs. */
export interface Stretch {
  readonly inputs: number;
  readonly violations: readonly string[];
  /** Counts by target and ending. */
  readonly endings: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

/** Every input has a few kilobytes at most. An input that takes this much processor time is stuck. */
const LONGEST_MS = 5_000;
/** An input that grows the process by this much uses too much memory. */
const LARGEST_BYTES = 128 * 1024 * 1024;
const TOLD = 10;

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, Map.prototype, String.prototype] as object[];
const MEMBERS = PROTOTYPES.map((prototype) => new Set(Reflect.ownKeys(prototype)));

const [seed, first, count] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const stretch = await runStretch(process.argv[5] as FuzzDefect | undefined);
if (process.send !== undefined) process.send(stretch);
else console.log(JSON.stringify(stretch, undefined, 1));

async function runStretch(defect: FuzzDefect | undefined): Promise<Stretch> {
  const folder = mkdtempSync(join(tmpdir(), 'refold-fuzz-'));
  const setting = { file: join(folder, 'input'), defect };
  const violations: string[] = [];
  const endings: Record<string, number> = {};
  let slowestMs = 0;
  let inputs = 0;
  for (let number = first; number < first + count && violations.length < TOLD; number++) {
    const chance = chanceOf(seed, number);
    const target = pickTarget(chance.below(100));
    const before = { cpu: process.cpuUsage(), rss: process.memoryUsage.rss() };
    const [ending, problem] = await feed(target, chance, setting);
    const { user, system } = process.cpuUsage(before.cpu);
    const milliseconds = (user + system) / 1_000;
    slowestMs = Math.max(slowestMs, milliseconds);
    const grown = process.memoryUsage.rss() - before.rss;
    const wrong = problem ?? findExcess(milliseconds, grown) ?? findPollution();
    if (wrong !== undefined) violations.push(`input ${number} (${target.name}): ${wrong} · again: ${again(number)}`);
    const key = `${target.name}: ${ending}`;
    endings[key] = (endings[key] ?? 0) + 1;
    inputs += 1;
  }
  rmSync(folder, { recursive: true, force: true });
  return { inputs, violations, endings, slowestMs };
}

async function feed(target: Target, chance: ReturnType<typeof chanceOf>, setting: Setting): Promise<[string, string?]> {
  try {
    const ending = target.run(chance, setting);
    return [typeof ending === 'string' ? ending : await ending];
  } catch (error) {
    return [
      'wrong',
      String((error as Error)?.stack ?? error)
        .split('\n')
        .slice(0, 6)
        .join(' ')
        .slice(0, 700),
    ];
  }
}

function pickTarget(of100: number): Target {
  let at = of100;
  return TARGETS.find(({ share }) => (at -= share) < 0)!;
}

function findExcess(milliseconds: number, grown: number): string | undefined {
  if (milliseconds > LONGEST_MS) return `it took ${Math.round(milliseconds)} ms`;
  if (grown > LARGEST_BYTES) return `it took ${Math.round(grown / 1024 / 1024)} MiB`;
  return undefined;
}

function findPollution(): string | undefined {
  for (const [index, prototype] of PROTOTYPES.entries()) {
    const added = Reflect.ownKeys(prototype).find((key) => !MEMBERS[index]!.has(key));
    if (added === undefined) continue;
    delete (prototype as any)[added];
    return `it put ${String(added)} into a prototype`;
  }
  return undefined;
}

function again(number: number): string {
  return `node --conditions=refold-source test/faults/fuzz/worker.ts ${seed} ${number} 1`;
}
