/** What the machine itself allows: the baselines that refold's figures are read against. */
import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { OrderFlow, RESTING } from '../../material/order-flow.ts';
import { type Context, type Row, repeat, startClock, untilOver, type Workload } from '../../measuring/workload.ts';

export const bareWorkloads: readonly Workload[] = [
  { name: 'bare-lone', run: bareAppends },
  { name: 'bare-batch', run: bareBatches },
  { name: 'bare-parse', run: bareParse },
  { name: 'bare-flow', run: bareFlow },
];

const BATCH = 1_000;

/** Room that is written before, so that no sync has to record a new length of the file. */
const PREPARED_BYTES = 16 * 1024 * 1024;

/** Each event's JSON text written and synced, to a growing file and to a prepared one: no database, no state. */
async function bareAppends({ sizes, folder }: Context): Promise<Row[]> {
  const measure = (prepared: number) => {
    return repeat(sizes, (seconds) =>
      withFile(join(folder, 'bare.log'), prepared, (file) => append(file, prepared, seconds)),
    );
  };
  const fixed = { by: 'node:fs', durability: 'synced', unit: 'events/s' } as const;
  return [
    { name: 'bare-lone', what: 'write + fdatasync of each event', ...fixed, ...(await measure(0)) },
    { name: 'bare-lone-prepared', what: 'the same into a prepared file', ...fixed, ...(await measure(PREPARED_BYTES)) },
  ];
}

function append(file: number, prepared: number, seconds: number) {
  const flow = new OrderFlow();
  let at = 0;
  return untilOver(seconds, () => {
    at += writeSync(file, JSON.stringify(flow.next()), at);
    if (prepared > 0 && at > prepared - 1_000) at = 0;
    fdatasyncSync(file);
    return 1;
  });
}

async function withFile<T>(path: string, prepared: number, use: (file: number) => Promise<T>): Promise<T> {
  const file = openSync(path, 'w');
  if (prepared > 0) writeSync(file, Buffer.alloc(prepared));
  else ftruncateSync(file);
  fsyncSync(file);
  try {
    return await use(file);
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** The JSON text of a thousand events at a time, written and synced. */
async function bareBatches({ sizes, folder }: Context): Promise<Row[]> {
  const measured = await repeat(sizes, (seconds) =>
    withFile(join(folder, 'bare.log'), 0, (file) => {
      const flow = new OrderFlow();
      return untilOver(seconds, () => {
        writeSync(file, JSON.stringify(flow.take(BATCH)));
        fdatasyncSync(file);
        return BATCH;
      });
    }),
  );
  const what = 'write + fdatasync of 1,000 events as JSON';
  return [{ name: 'bare-batch', what, by: 'node:fs', durability: 'synced', unit: 'events/s', ...measured }];
}

/** Reading that text back: what a replay of a log of JSON lines could not be faster than. */
async function bareParse({ sizes }: Context): Promise<Row[]> {
  const flow = new OrderFlow();
  flow.take(RESTING);
  const texts = Array.from({ length: 100 }, () => JSON.stringify(flow.take(BATCH)));
  let next = 0;
  const measured = await repeat(sizes, (seconds) =>
    untilOver(seconds, () => (JSON.parse(texts[next++ % texts.length]!) as unknown[]).length),
  );
  const what = 'JSON.parse of 1,000 events at a time';
  return [{ name: 'bare-parse', what, by: 'V8', durability: 'memory only', unit: 'events/s', ...measured }];
}

/** Making the events alone: part of every append figure. */
async function bareFlow({ sizes }: Context): Promise<Row[]> {
  const measured = await repeat(sizes, async (seconds) => {
    const flow = new OrderFlow();
    const end = performance.now() + seconds * 1_000;
    const stop = startClock();
    let made = 0;
    while (performance.now() < end) made += flow.take(1_000).length;
    return stop(made);
  });
  return [
    {
      name: 'bare-flow',
      what: 'making the events',
      by: 'the bench',
      durability: 'none',
      unit: 'events/s',
      ...measured,
    },
  ];
}
