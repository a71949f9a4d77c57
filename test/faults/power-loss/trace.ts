/**
 * Runs the workload under strace, and reads from the trace what it did to the files of one folder.
 *
 * The order of lines is the order in which the kernel's calls began and ended as far as cause and effect go: a thread
 * stands still while its call is written down. Memory-mapped writes are not seen; SQLite maps only its `-shm` file, which
 * nobody reads after a crash.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Durability } from 'refold';
import { MARKS_NAME } from './names.ts';
import { planScript } from './script.ts';

/** What one system call did. `begun` and `ended` are lines of the trace. */
export type Call = { readonly begun: number; readonly ended: number } & Effect;

export type Effect =
  | { readonly kind: 'write'; readonly name: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly name: string; readonly size: number }
  | { readonly kind: 'sync'; readonly name: string }
  | { readonly kind: 'syncFolder' }
  | { readonly kind: 'create' | 'remove'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'mark'; readonly text: string };

const TRACED =
  'pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,sync_file_range,msync,ftruncate,truncate,fallocate,' +
  'open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,copy_file_range,sendfile';

/** Runs the whole script of a seed in a fresh folder, and gives all that was done to its files. */
export function traceScript(seed: number, durability: Durability, folder: string): Call[] {
  fs.mkdirSync(folder, { recursive: true });
  const traces = planScript(seed).processes.map((_, process) => {
    const output = join(dirname(folder), `${basename(folder)}.trace`);
    runTraced({ seed, durability, folder, process }, output);
    const trace = fs.readFileSync(output, 'latin1');
    fs.rmSync(output);
    return trace;
  });
  return readTrace(traces, folder);
}

function runTraced(options: object, output: string): void {
  const strace = ['-f', '-y', '-qq', '--seccomp-bpf', '-s', '1000000', '-xx', '-e', 'signal=none', '-o', output];
  const node = [process.execPath, '--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const workload = fileURLToPath(new URL('./workload.ts', import.meta.url));
  const { signal, status, stderr, error } = spawnSync(
    'strace',
    [...strace, '-e', `trace=${TRACED}`, ...node, workload, JSON.stringify(options)],
    { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' },
  );
  if (error) throw error;
  // strace ends as the traced process does.
  if (signal !== 'SIGKILL' && status !== 0)
    throw new Error(`the traced workload failed (${signal ?? status}): ${stderr}`);
}

/**
 * The calls that touch files of `folder`, in order.
 *
 * @param traces of one process after the other. Their lines are counted on: what one process wrote and did not sync comes
 * before the syncs of those after it
 */
export function readTrace(traces: readonly string[], folder: string): Call[] {
  const unfinished = new Map<string, { readonly line: string; readonly begun: number; readonly place: number }>();
  const calls: (Call | undefined)[] = [];
  const add = (line: string, begun: number, ended: number, place = calls.length): void => {
    const effect = readCall(line, folder);
    if (effect !== undefined) calls[place] = { ...effect, begun, ended };
  };
  for (const [number, raw] of traces.join('\n').split('\n').entries()) {
    const [, thread, line] = /^(\d+) +(.*)$/.exec(raw) ?? [];
    if (thread === undefined || line === undefined) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(line);
    const start = unfinished.get(thread);
    if (line.endsWith(UNFINISHED)) {
      unfinished.set(thread, { line: line.slice(0, -UNFINISHED.length), begun: number, place: calls.length });
      calls.push(undefined); // a write may reach the disk from its beginning on
    } else if (resumed && start) {
      unfinished.delete(thread);
      add(start.line + resumed[1]!, start.begun, number, start.place);
    } else add(line, number, number);
  }
  return calls.filter((call) => call !== undefined);
}

const UNFINISHED = ' <unfinished ...>';

/** What a finished call did to the folder; undefined when nothing, or when it failed. */
function readCall(line: string, folder: string): Effect | undefined {
  const [, name, inside, result] = /^(\w+)\((.*)\) += (-?\d+)/s.exec(line) ?? [];
  if (name === undefined || Number(result) < 0) return undefined;
  const args = splitArguments(inside!);
  const fileOf = (arg: string): string | undefined => within(folder, pathOf(arg));
  switch (name) {
    case 'pwrite64':
    case 'write':
      return readWrite(fileOf(args[0]!), args[1]!, Number(result), name === 'write' ? undefined : Number(args[3]));
    case 'fsync':
    case 'fdatasync': {
      if (pathOf(args[0]!) === folder) return { kind: 'syncFolder' };
      const file = fileOf(args[0]!);
      return file === undefined ? undefined : { kind: 'sync', name: file };
    }
    case 'ftruncate': {
      const file = fileOf(args[0]!);
      return file === undefined ? undefined : { kind: 'truncate', name: file, size: Number(args[1]) };
    }
    case 'openat': {
      const file = within(folder, unquote(args[1]!));
      if (file === undefined || !args[2]!.includes('O_CREAT')) return undefined;
      return { kind: 'create', name: file };
    }
    case 'unlink': {
      const file = within(folder, unquote(args[0]!));
      return file === undefined ? undefined : { kind: 'remove', name: file };
    }
    case 'rename': {
      const [from, to] = args.map((arg) => within(folder, unquote(arg)));
      return from === undefined || to === undefined ? undefined : { kind: 'rename', from, to };
    }
    default:
      return refuseUnknown(name, line, folder);
  }
}

/** A call that this file cannot follow must not pass unseen. */
function refuseUnknown(name: string, line: string, folder: string): undefined {
  const readable = line.replaceAll(/(?:\\x[0-9a-f]{2})+/g, (text) => unescaped(text).toString('latin1'));
  if (readable.includes(folder))
    throw new Error(`the trace has a ${name} that cannot be followed: ${readable.slice(0, 200)}`);
  return undefined;
}

function readWrite(
  file: string | undefined,
  text: string,
  written: number,
  offset: number | undefined,
): Effect | undefined {
  if (file === undefined) return undefined;
  const data = unescaped(text.slice(1, -1));
  if (data.byteLength !== written) throw new Error(`a write of ${data.byteLength} bytes to ${file} wrote ${written}`);
  if (file === MARKS_NAME) return { kind: 'mark', text: data.toString().trim() };
  if (offset === undefined) throw new Error(`a write to ${file} without an offset cannot be followed`);
  return { kind: 'write', name: file, offset, data };
}

/** Arguments never hold a comma inside quotes: all text is written as hex. */
function splitArguments(inside: string): string[] {
  return inside.split(', ');
}

/** `23<path>` → path, of a descriptor that is still open by that name. */
function pathOf(descriptor: string): string {
  const [, path] = /^\d+<(.*)>$/s.exec(descriptor) ?? [];
  return path === undefined ? '' : unescaped(path).toString();
}

function unquote(text: string): string {
  return unescaped(text.slice(1, -1)).toString();
}

function unescaped(text: string): Buffer {
  return text.includes('\\x') ? Buffer.from(text.replaceAll('\\x', ''), 'hex') : Buffer.from(text, 'latin1');
}

function within(folder: string, path: string): string | undefined {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
