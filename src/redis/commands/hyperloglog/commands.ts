/** PFADD, PFCOUNT and PFMERGE. */
import type { Call } from '../../calls/call.ts';
import {
  countsOf,
  forgetEstimate,
  isDense,
  keepEstimate,
  keptEstimate,
  newHyperLogLog,
  raised,
  toDense,
} from './form.ts';
import { estimate, histogramOf, placeOfElement, REGISTERS } from './registers.ts';
import { hyperLogLogOf, recordBytes } from './value.ts';

export function pfadd(call: Call): void {
  const [, key = '', ...elements] = call.args;
  const before = hyperLogLogOf(call.peek(key));
  const sparseMaxBytes = sparseMaxBytesOf(call);
  let bytes = before?.slice() ?? newHyperLogLog();
  let changes = before === undefined ? 1 : 0;
  for (const element of elements) {
    const { index, count } = placeOfElement(element);
    const next = raised(bytes, index, count, sparseMaxBytes);
    if (next === undefined) continue;
    bytes = next;
    changes++;
  }
  if (changes > 0) {
    forgetEstimate(bytes);
    recordBytes(call, key, before, bytes, changes);
    call.notify('$', 'pfadd', key);
  }
  call.reply.integer(changes > 0 ? 1 : 0);
}

export function pfcount(call: Call): void {
  const { args } = call;
  if (args.length === 2) countOne(call, args[1]!);
  else {
    const all = args
      .values()
      .drop(1)
      .map((key) => hyperLogLogOf(call.read(key)));
    call.reply.integer(estimate(histogramOf(unitedCounts(all))));
  }
}

export function pfmerge(call: Call): void {
  const key = call.args[1]!;
  const before = hyperLogLogOf(call.peek(key));
  const all = [before];
  const counts = unitedCounts(
    call.args
      .values()
      .drop(1)
      .map((name, at) => (at === 0 ? before : (all[at] = hyperLogLogOf(call.read(name))))),
  );
  const sparseMaxBytes = sparseMaxBytesOf(call);
  let bytes = before?.slice() ?? newHyperLogLog();
  if (all.some((each) => each !== undefined && isDense(each))) bytes = toDense(bytes);
  for (const [index, count] of counts.entries()) {
    if (count > 0) bytes = raised(bytes, index, count, sparseMaxBytes) ?? bytes;
  }
  forgetEstimate(bytes);
  recordBytes(call, key, before, bytes, 1);
  // Redis reports a merge as an addition.
  call.notify('$', 'pfadd', key);
  call.reply.ok();
}

/** The estimate is kept in the value, so that it is computed once only. */
function countOne(call: Call, key: string): void {
  const bytes = hyperLogLogOf(call.read(key));
  const kept = bytes === undefined ? 0 : keptEstimate(bytes);
  if (bytes === undefined || kept !== undefined) {
    call.reply.integer(kept ?? 0);
    return;
  }
  const computed = estimate(histogramOf(countsOf(bytes)));
  if (!call.isPast) {
    const after = bytes.slice();
    keepEstimate(after, computed);
    recordBytes(call, key, bytes, after, 1);
  }
  call.reply.integer(computed);
}

/** The highest count of each register. The first of the values that is not right decides the error. */
function unitedCounts(all: Iterable<Uint8Array | undefined>): Uint8Array {
  const united = new Uint8Array(REGISTERS);
  for (const bytes of all) {
    if (bytes === undefined) continue;
    const counts = countsOf(bytes);
    for (let index = 0; index < REGISTERS; index++) if (counts[index]! > united[index]!) united[index] = counts[index]!;
  }
  return united;
}

function sparseMaxBytesOf(call: Call): number {
  return call.parts.config.number('hll-sparse-max-bytes');
}
