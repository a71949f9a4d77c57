/** The disk becomes full, at every size step, and then has space again. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Control, FaultRow, RowOptions, RowReport } from '../row.ts';
import { describeCounts, tally } from '../work.ts';
import { type FillOptions, type FillReport, WENT_ON } from './fill.ts';

const REQUIRED = { short: 20, long: 200 };
/** On the smallest disk no log fits. Sizes grow from there in pages. */
const SMALLEST_BYTES = 64 * 1024;
const PAGE_BYTES = 4 * 1024;
/** The long run tries every page. The short one tries every tenth, from a random start. */
const PAGES_BETWEEN = { short: 10, long: 1 };
const FILLER = fileURLToPath(new URL('./filler.ts', import.meta.url));

export const row: FaultRow = { name: 'disk-full', required: REQUIRED, waits: true, missing, run };

function missing(): string | undefined {
  const probe = 'mount -t tmpfs -o size=64k none "$0"';
  const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', probe, '/mnt'], { encoding: 'utf8' });
  return status === 0 ? undefined : `a small disk cannot be mounted (unshare -m, mount -t tmpfs; as root): ${stderr}`;
}

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const fills = long ? REQUIRED.long : REQUIRED.short;
  const filler = startFiller();
  const gone = new AbortController();
  filler.once('exit', (code, signal) =>
    gone.abort(new Error(`the process that fills disks ended (${signal ?? code})`)),
  );
  const one = (options: FillOptions): Promise<FillReport> => fillOne(filler, options, gone.signal);
  try {
    await once(filler, 'message');
    const reports: FillReport[] = [];
    for (let fill = 0; fill < fills; fill++) {
      reports.push(await one(optionsOf(fill, seed, long, folder)));
      if (fill % 20 === 19) say(`${fill + 1} of ${fills} fills`);
    }
    const controls = [await deafWriter(one, seed, folder)];
    const endings = tally(reports.map(({ ending }) => new Map([[ending, 1]])));
    const onFull = tally(reports.map(({ onFullDisk }) => new Map([[onFullDisk, 1]])));
    return {
      cases: reports.length,
      violations: [...reports.flatMap(({ violations }) => violations), ...withoutRelief(reports)],
      notes: [
        `it ended in: ${describeCounts(endings)}`,
        `on the full disk: ${describeCounts(onFull)}`,
        ...reports
          .filter(isUnrelieved)
          .map(({ sizeBytes, onFullDisk }) => `${sizeBytes} bytes, on the full disk: ${onFullDisk}`),
      ],
      controls,
    };
  } finally {
    // If the process has ended by itself, that is the finding. Stopping it must not hide that.
    if (filler.connected) filler.disconnect();
  }
}

/** A writer on a full disk must be able to compact and continue, wherever there is history to drop. */
function withoutRelief(reports: readonly FillReport[]): string[] {
  const filled = reports.filter(({ acked }) => acked > 0);
  const unrelieved = filled.filter(isUnrelieved);
  if (unrelieved.length <= filled.length / 2) return [];
  return [`${unrelieved.length} of ${filled.length} logs could not be compacted on the full disk`];
}

function isUnrelieved({ acked, onFullDisk }: FillReport): boolean {
  return acked > 0 && onFullDisk !== WENT_ON;
}

function optionsOf(fill: number, seed: number, long: boolean, folder: string): FillOptions {
  const step = PAGES_BETWEEN[long ? 'long' : 'short'];
  const pages = fill * step + (seed % step);
  const sizeBytes = SMALLEST_BYTES + pages * PAGE_BYTES;
  return {
    seed: seed + fill,
    sizeBytes,
    disk: join(folder, `disk-${fill}`),
    relief: fill % 2 === 0 ? 'grow' : 'delete',
  };
}

async function deafWriter(
  fill: (options: FillOptions) => Promise<FillReport>,
  seed: number,
  folder: string,
): Promise<Control> {
  const options = {
    seed,
    sizeBytes: 512 * 1024,
    disk: join(folder, 'disk-control'),
    relief: 'grow',
    lie: 'always',
  } as const;
  const { violations } = await fill(options);
  return { name: 'a writer that ignores a full disk', noticed: violations.find((text) => /I1|I4: commit/.test(text)) };
}

function startFiller(): ChildProcess {
  const node = [process.execPath, '--conditions=refold-source', '--disable-warning=ExperimentalWarning', FILLER];
  return spawn('unshare', ['-m', ...node], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

interface Answer {
  readonly report?: FillReport;
  readonly trouble?: string;
}

async function fillOne(filler: ChildProcess, options: FillOptions, signal: AbortSignal): Promise<FillReport> {
  filler.send(options);
  const [{ report, trouble }] = (await once(filler, 'message', { signal }).catch((error) => {
    throw signal.aborted ? signal.reason : error;
  })) as [Answer];
  if (report === undefined) throw new Error(`a fill could not be carried out: ${trouble}`);
  return report;
}
