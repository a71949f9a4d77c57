/** PFDEBUG and PFSELFTEST. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { countsOf, HLL_HEADER_BYTES, isDense, newHyperLogLog, raised, toDense } from './form.ts';
import { estimate, histogramOf, placeOfElement, REGISTERS } from './registers.ts';
import { runAt } from './sparse.ts';
import { hyperLogLogOf, recordBytes } from './value.ts';

export function pfdebug(call: Call): void {
  const [, action = '', key = ''] = call.args;
  const { reply } = call;
  const bytes = hyperLogLogOf(call.peek(key));
  if (bytes === undefined) throw new CommandError('ERR The specified key does not exist');
  if (isOption(action, 'GETREG')) {
    makeDense(call, key, bytes);
    reply.array(REGISTERS);
    for (const count of countsOf(bytes)) reply.integer(count);
  } else if (isOption(action, 'DECODE')) {
    if (isDense(bytes)) throw new CommandError('ERR HLL encoding is not sparse');
    reply.bulk(decoded(bytes.subarray(HLL_HEADER_BYTES)));
  } else if (isOption(action, 'ENCODING')) {
    reply.simple(isDense(bytes) ? 'dense' : 'sparse');
  } else if (isOption(action, 'TODENSE')) {
    reply.integer(makeDense(call, key, bytes) ? 1 : 0);
  } else {
    throw new CommandError(`ERR Unknown PFDEBUG subcommand '${action}'`);
  }
}

/** Returns whether it was sparse. */
function makeDense(call: Call, key: string, bytes: Uint8Array): boolean {
  if (isDense(bytes)) return false;
  recordBytes(call, key, bytes, toDense(bytes), 1);
  return true;
}

/** Runs as text: `Z` is a long run of zeros, `z` a short one, `v` one of values. */
function decoded(registers: Uint8Array): string {
  const runs: string[] = [];
  for (let at = 0; at < registers.length; ) {
    const { count, length, size } = runAt(registers, at);
    if (count > 0) runs.push(`v:${count},${length}`);
    else runs.push(`${size === 2 ? 'Z' : 'z'}:${length}`);
    at += size;
  }
  return runs.join(' ');
}

/** So many elements are counted by the self-test. Redis takes a hundred times as many, and blocks for seconds. */
const TESTED_ELEMENTS = 100_000;
/** Redis allows six times the standard error, which is 1.04 divided by the square root of the number of registers. */
const TOLERANCE = (6 * 1.04) / Math.sqrt(REGISTERS);

/** Counts elements in both forms at once: their registers must agree, and the estimate must be close. */
export function pfselftest(call: Call): void {
  let sparse = newHyperLogLog();
  let dense = toDense(newHyperLogLog());
  for (let added = 1; added <= TESTED_ELEMENTS; added++) {
    const { index, count } = placeOfElement(`element ${added}`);
    // A limit without end keeps one of them sparse as long as its counts allow it.
    sparse = raised(sparse, index, count, added < 2_000 ? Number.POSITIVE_INFINITY : 0) ?? sparse;
    dense = raised(dense, index, count, 0) ?? dense;
    if (!/^10*$/.test(String(added))) continue;
    const [counts, others] = [countsOf(dense), countsOf(sparse)];
    if (counts.some((value, at) => value !== others[at])) throw failed('sparse and dense registers differ', added);
    const estimated = estimate(histogramOf(counts));
    const error = Math.abs(estimated - added);
    if (error > Math.ceil(TOLERANCE * added) + (added === 10 ? 1 : 0)) throw failed(`estimated ${estimated}`, added);
  }
  call.reply.ok();
}

function failed(what: string, added: number): CommandError {
  return new CommandError(`ERR TESTFAILED ${what} after ${added} elements`);
}
