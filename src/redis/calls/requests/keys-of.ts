/** The keys of a request, found by the key specs of its command. COMMAND GETKEYS, ACL and client-side caching ask. */
import type { CommandRow, KeySpec } from '../command.ts';

export interface FoundKey {
  readonly key: string;
  /** As the key spec has them: `RW ACCESS UPDATE`. */
  readonly flags: string;
}

/** The keys, in the order of the specs. Undefined when the arguments do not fit. */
export function keysOfRequest(row: CommandRow, args: readonly string[]): readonly FoundKey[] | undefined {
  if (row.name === 'sort' || row.name === 'sort_ro') return keysOfSort(args);
  if (row.name === 'migrate') return keysOfMigrate(args);
  if (row.keysOf !== undefined) return row.keysOf(args).map((key) => ({ key, flags: row.keys[0]?.flags ?? 'RW' }));
  const found: FoundKey[] = [];
  for (const spec of row.keys) {
    const range = rangeOf(spec, args);
    if (range === undefined) continue;
    const { first, last, step } = range;
    if (first < 1 || last >= args.length || last < first - 1) return undefined;
    const flags = flagsOf(row, spec, args);
    for (let at = first; at <= last; at += step) found.push({ key: args[at]!, flags });
  }
  return found;
}

/** Whether the command can have keys at all. */
export function hasKeys(row: CommandRow): boolean {
  return row.keys.length > 0 || row.keysOf !== undefined;
}

interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

function rangeOf({ begin, find }: KeySpec, args: readonly string[]): KeyRange | undefined {
  if (begin === 'unknown' || find === 'unknown') return undefined;
  const first = typeof begin === 'number' ? begin : afterKeyword(begin, args);
  if (first === undefined || first >= args.length) return undefined;
  if ('keynum' in find) {
    const count = Number(args[first + find.keynum]);
    if (!Number.isSafeInteger(count) || count < 0) return { first: 0, last: 0, step: 1 };
    return { first: first + find.first, last: first + find.first + (count - 1) * find.step, step: find.step };
  }
  const { last, step, limit } = find;
  if (last >= 0) return { first, last: first + last, step };
  if (limit <= 1) return { first, last: args.length + last, step };
  return { first, last: first + Math.floor((args.length - first) / limit) + last, step };
}

function afterKeyword(
  { keyword, from }: { readonly keyword: string; readonly from: number },
  args: readonly string[],
): number | undefined {
  const step = from > 0 ? 1 : -1;
  for (let at = from > 0 ? from : args.length + from; at > 0 && at < args.length; at += step) {
    if (args[at]!.toUpperCase() === keyword) return at + 1;
  }
  return undefined;
}

/** Some commands only read a key, or also read it, when they have certain arguments. */
function flagsOf(row: CommandRow, { flags }: KeySpec, args: readonly string[]): string {
  if (row.name === 'set') {
    return args.slice(3).some((arg) => arg.toUpperCase() === 'GET') ? 'RW ACCESS UPDATE' : 'OW UPDATE';
  }
  if (row.name === 'bitfield') {
    const isWrite = args.slice(2).some((arg) => arg.toUpperCase() === 'SET' || arg.toUpperCase() === 'INCRBY');
    return isWrite ? 'RW ACCESS UPDATE' : 'RO ACCESS';
  }
  return flags;
}

/** Options with arguments are skipped, because a pattern may look like an option. The last STORE counts. */
function keysOfSort(args: readonly string[]): readonly FoundKey[] {
  const found: FoundKey[] = [{ key: args[1]!, flags: 'RO ACCESS' }];
  let store: string | undefined;
  for (let at = 2; at < args.length; at++) {
    const option = args[at]!.toUpperCase();
    if (option === 'LIMIT') at += 2;
    else if (option === 'GET' || option === 'BY') at++;
    else if (option === 'STORE' && at + 1 < args.length) store = args[++at];
  }
  if (store !== undefined) found.push({ key: store, flags: 'OW UPDATE' });
  return found;
}

/** One key before the options; or an empty one there, and the keys behind KEYS. */
function keysOfMigrate(args: readonly string[]): readonly FoundKey[] {
  const at = args.findIndex((arg, index) => index > 5 && arg.toUpperCase() === 'KEYS');
  const keys = args[3] === '' && at !== -1 ? args.slice(at + 1) : [args[3]!];
  return keys.map((key) => ({ key, flags: 'RW ACCESS DELETE' }));
}
