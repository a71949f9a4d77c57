/**
 * Runs the workload under strace, and reads its changes to the files of one folder from the trace.
 *
 * The order of lines respects cause and effect between the system calls, because a thread waits while strace writes
 * down its call. strace does not see memory-mapped writes, but SQLite maps only its `-shm` file, which is not read
 * after a crash.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Durability } from 'refold';
import { MARKS_NAME } from './names.ts';
import { planScript } from './script.ts';

/** The effect of one system call. `begun` and `ended` are lines of the trace. */
export type Call = {
  readonly begun: number;
  readonly ended: number;
  /** The process was killed during the call. strace's result is then meaningless: only the disk shows it. */
  readonly inDoubt: boolean;
} & Effect;

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
  'open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,copy_file_range,sendfile,kill';

/** Runs the whole script of a seed in a new folder, and returns all changes to its files. */
export function traceScript(seed: number, durability: Durability, folder: string): Call[] {
  fs.mkdirSync(folder, { recursive: true });
  const output = join(dirname(folder), `${basename(folder)}.trace`);
  const calls: Call[] = [];
  let lines = 0;
  for (const process of planScript(seed).processes.keys()) {
    runTraced({ seed, durability, folder, process }, output);
    const trace = fs.readFileSync(output, 'latin1');
    fs.rmSync(output);
    // Checked before the next process writes.
    calls.push(...readTrace(trace, folder, lines).filter((call) => !call.inDoubt || hasHappened(call, folder)));
    lines += trace.split('\n').length;
  }
  return calls;
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
  // strace ends like the traced process.
  if (signal !== 'SIGKILL' && status !== 0)
    throw new Error(`the traced workload failed (${signal ?? status}): ${stderr}`);
}

/**
 * The calls of one process that touch files of `folder`, in order.
 *
 * @param firstLine the number of the trace's first line. Line numbers continue across the processes of a script: writes
 * of one process come before the syncs of the next ones
 */
export function readTrace(trace: string, folder: string, firstLine = 0): Call[] {
  const unfinished = new Map<string, { readonly line: string; readonly begun: number; readonly place: number }>();
  const calls: (Call | undefined)[] = [];
  let killed = false;
  const add = (line: string, begun: number, ended: number, place = calls.length): void => {
    const effect = readCall(line, folder, killed);
    if (effect !== undefined) calls[place] = { ...effect, begun, ended, inDoubt: killed };
  };
  const lines = trace.split('\n');
  for (const [index, raw] of lines.entries()) {
    const number = firstLine + index;
    const [, thread, line] = /^(\d+) +(.*)$/.exec(raw) ?? [];
    if (thread === undefined || line === undefined) continue;
    killed ||= /^kill\(\d+, SIGKILL/.test(line);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(line);
    const start = unfinished.get(thread);
    if (line.endsWith(UNFINISHED)) {
      unfinished.set(thread, { line: line.slice(0, -UNFINISHED.length), begun: number, place: calls.length });
      calls.push(undefined); // a write may reach the disk as soon as it has begun
    } else if (resumed && start) {
      unfinished.delete(thread);
      add(start.line + resumed[1]!, start.begun, number, start.place);
    } else add(line, number, number);
  }
  for (const { line, begun, place } of unfinished.values()) add(`${line}) = ?`, begun, firstLine + lines.length, place);
  return calls.filter((call) => call !== undefined);
}

const UNFINISHED = ' <unfinished ...>';

/**
 * The effect of a finished call on the folder; undefined without an effect. For a doubtful call: its intended
 * effect.
 */
function readCall(line: string, folder: string, inDoubt: boolean): Effect | undefined {
  const [, name, inside, result] = /^(\w+)\((.*)\) += (-?\d+|\?)/s.exec(line) ?? [];
  if (name === undefined || (!inDoubt && !(Number(result) >= 0))) return undefined;
  const args = splitArguments(inside!);
  const fileOf = (arg: string): string | undefined => within(folder, pathOf(arg));
  switch (name) {
    case 'pwrite64':
    case 'write': {
      const written = inDoubt ? undefined : Number(result);
      return readWrite(fileOf(args[0]!), args[1]!, written, name === 'write' ? undefined : Number(args[3]));
    }
    case 'fsync':
    case 'fdatasync': {
      if (inDoubt) return undefined;
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

/** Whether the disk shows the intended effect of a call. */
function hasHappened(call: Call, folder: string): boolean {
  const pathTo = (name: string): string => join(folder, name);
  switch (call.kind) {
    case 'write': {
      const content = fs.readFileSync(pathTo(call.name));
      return content.subarray(call.offset, call.offset + call.data.byteLength).equals(call.data);
    }
    case 'truncate':
      return fs.statSync(pathTo(call.name)).size === call.size;
    case 'create':
      return fs.existsSync(pathTo(call.name));
    case 'remove':
      return !fs.existsSync(pathTo(call.name));
    case 'rename':
      return !fs.existsSync(pathTo(call.from)) && fs.existsSync(pathTo(call.to));
    default:
      throw new Error(`whether a ${call.kind} has happened cannot be seen`);
  }
}

/** Throws for a call that this file cannot interpret. */
function refuseUnknown(name: string, line: string, folder: string): undefined {
  const readable = line.replaceAll(/(?:\\x[0-9a-f]{2})+/g, (text) => unescaped(text).toString('latin1'));
  if (readable.includes(folder))
    throw new Error(`the trace has a ${name} that cannot be followed: ${readable.slice(0, 200)}`);
  return undefined;
}

function readWrite(
  file: string | undefined,
  text: string,
  written: number | undefined,
  offset: number | undefined,
): Effect | undefined {
  if (file === undefined) return undefined;
  const data = unescaped(text.slice(1, -1));
  if (written !== undefined && data.byteLength !== written)
    throw new Error(`a write of ${data.byteLength} bytes to ${file} wrote ${written}`);
  if (file === MARKS_NAME) return { kind: 'mark', text: data.toString().trim() };
  if (offset === undefined) throw new Error(`a write to ${file} without an offset cannot be followed`);
  return { kind: 'write', name: file, offset, data };
}

/** Arguments never contain a comma inside quotes, because strace writes all text as hex. */
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
