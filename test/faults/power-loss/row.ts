/**
 * Power loss: the row traces a real run of the store, rebuilds the images that a power cut at any moment could leave,
 * and opens each of them.
 *
 * Every image must hold every acknowledged commit, and only complete commits in the order in which they were issued.
 * Under `everysec` and `os` acknowledged commits may be missing, except flushed ones, and no log may be refused. Two
 * controls: such losses under `os`, and a disk that lies about its syncs.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import type { Durability } from 'refold';
import { Ledger } from '../judging/ledger.ts';
import { withScratch } from '../judging/scratch.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { finalImage, type ImageOptions, imagesAlong } from './images.ts';
import { Jury } from './jury.ts';
import { LOG_NAME } from './names.ts';
import { planScript } from './script.ts';
import { type Call, traceScript } from './trace.ts';

/** The row makes traces until there are enough images. Each trace gives about 10,000. */
const REQUIRED = { short: tierOne(20_000), long: 200_000 };
/** The number of images for each of the other durability levels, which promise less. */
const LESSER_IMAGES = 1_000;
/** A broken disk is noticed after a few images. */
const CONTROL_IMAGES = 600;

export const row: FaultRow = {
  name: 'power-loss',
  required: REQUIRED,

  missing() {
    const { status } = spawnSync('strace', ['-V'], { stdio: 'ignore' });
    return status === 0 ? undefined : 'strace is not installed (Debian package strace)';
  },

  run(options: RowOptions): Promise<RowReport> {
    return withScratch(options.folder, (folder) => runRow({ ...options, folder }));
  },
};

async function runRow(options: RowOptions): Promise<RowReport> {
  const required = options.long ? REQUIRED.long : REQUIRED.short;
  const tally = new Tally();
  for (let number = 0; tally.images < required; number++) {
    const trace = takeTrace(options, options.seed + number, 'always');
    tally.addCoverage(trace);
    const jury = await judge(trace, options, { randomPerSync: 5 }, required - tally.images);
    tally.add(jury, trace);
    options.say(`${tally.images} of ${required} images, ${tally.violations.length} violations`);
  }
  const everysec = await judgeLesser(options, 'everysec');
  const os = await judgeLesser(options, 'os');
  const noticed = os.lost > 0 ? `${os.lost} losses in ${os.images} images` : undefined;
  return {
    cases: tally.images,
    violations: [...tally.violations, ...everysec.violations, ...os.violations],
    notes: [...tally.notes, everysec.note, os.note],
    controls: [{ name: "durability 'os' loses acknowledged commits", noticed }, await lyingDiskControl(options)],
  };
}

interface Trace {
  readonly seed: number;
  readonly durability: Durability;
  readonly ledger: Ledger;
  readonly calls: readonly Call[];
}

class Tally {
  images = 0;
  readonly violations: string[] = [];
  readonly notes: string[] = [];

  addCoverage({ seed, calls }: Trace): void {
    const counts = Object.entries(countPassages(calls));
    this.notes.push(`seed ${seed}: ${counts.map(([what, count]) => `${count} ${what}`).join(', ')}`);
    for (const [what, count] of counts) if (count === 0) this.violations.push(`seed ${seed}: the trace has no ${what}`);
  }

  add(jury: Jury, { seed }: Trace): void {
    this.images += jury.images;
    this.violations.push(...jury.violations.map((text) => `seed ${seed}: ${text}`));
    this.notes.push(`seed ${seed}: ${jury.summary}`);
  }
}

/** Traces a script, and checks that the trace explains the content of all files. */
function takeTrace({ folder, say }: RowOptions, seed: number, durability: Durability): Trace {
  const place = join(folder, `traced-${seed}-${durability}`);
  const calls = traceScript(seed, durability, place);
  for (const [name, content] of finalImage(calls)) {
    if (!fs.readFileSync(join(place, name)).equals(content)) throw new Error(`the trace does not explain ${name}`);
  }
  fs.rmSync(place, { recursive: true });
  say(`traced ${calls.length} system calls under durability ${durability}, seed ${seed}`);
  return { seed, durability, ledger: new Ledger(seed, planScript(seed).commits), calls };
}

/** Judges up to `atMost` distinct images. */
async function judge(
  trace: Trace,
  { folder }: RowOptions,
  imaging: Omit<ImageOptions, 'seed'>,
  atMost: number,
): Promise<Jury> {
  const jury = new Jury({ seed: trace.seed, commits: trace.ledger.commits.length }, trace.ledger, folder);
  try {
    for (const image of imagesAlong(trace.calls, { seed: trace.seed, ...imaging })) {
      if (jury.images >= atMost) break;
      await jury.hear(image);
    }
    await jury.finish();
    return jury;
  } finally {
    jury.close();
  }
}

interface LesserVerdict {
  readonly images: number;
  /** The images that lack acknowledged commits. These durability levels allow it. */
  readonly lost: number;
  readonly violations: readonly string[];
  readonly note: string;
}

/** Commits that were acknowledged but not flushed may be missing. Anything worse is a violation. */
async function judgeLesser(options: RowOptions, durability: 'everysec' | 'os'): Promise<LesserVerdict> {
  const trace = takeTrace(options, options.seed, durability);
  const jury = await judge(trace, options, { randomPerSync: 20, share: 0.04 }, LESSER_IMAGES);
  const { images, lost } = jury;
  const worse = jury.violations.filter((text) => !/^I1: \d+ was acknowledged/.test(text));
  const violations = worse.map((text) => `durability '${durability}': ${text}`);
  return { images, lost, violations, note: `durability '${durability}': ${jury.summary}` };
}

/** A disk that acknowledges syncs but does nothing. No guarantee covers it, and the harness must notice it. */
async function lyingDiskControl(options: RowOptions): Promise<Control> {
  const trace = takeTrace(options, options.seed, 'always');
  const jury = await judge(trace, options, { randomPerSync: 1, share: 0.001, syncsLie: true }, CONTROL_IMAGES);
  const found = jury.violations.length;
  options.say(`control: a disk that lies: ${jury.summary}`);
  return {
    name: 'a disk that lies about its syncs',
    noticed: found > 0 ? `${found} violations in ${jury.images} images` : undefined,
  };
}

/** What a trace must contain to be useful. */
function countPassages(calls: readonly Call[]) {
  const counts = {
    syncs: 0,
    'writes to the log': 0,
    'writes to its write-ahead log': 0,
    'writes to its witness': 0,
    'truncations of the write-ahead log': 0,
    'removals of the write-ahead log': 0,
    'write-ahead logs restarted in place': 0,
  };
  let walIsEmpty = true;
  for (const call of calls) {
    if (call.kind === 'sync') counts.syncs += 1;
    if (call.kind === 'write' && call.name === LOG_NAME) counts['writes to the log'] += 1;
    if (call.kind === 'write' && call.name === `${LOG_NAME}-witness`) counts['writes to its witness'] += 1;
    if (!('name' in call) || call.name !== `${LOG_NAME}-wal`) continue;
    if (call.kind === 'truncate') counts['truncations of the write-ahead log'] += 1;
    if (call.kind === 'remove') counts['removals of the write-ahead log'] += 1;
    if (call.kind === 'write') {
      counts['writes to its write-ahead log'] += 1;
      if (call.offset === 0 && !walIsEmpty) counts['write-ahead logs restarted in place'] += 1;
      walIsEmpty = false;
    } else if (call.kind !== 'sync' && call.kind !== 'create') walIsEmpty = true;
  }
  return counts;
}
