/** Runs a command line in this process, in a folder, and collects what it prints. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { vi } from 'vitest';

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Given {
  /** What stdin gives, in pieces as large as those of a pipe. */
  readonly input?: string | Buffer | undefined;
  /** The variable REFOLD_MODEL. */
  readonly model?: string | undefined;
}

/**
 * Runs a command line. It leaves nothing of the process changed.
 *
 * @param run gives the exit code, or leaves it in the process
 */
export async function runHere(folder: string, run: () => Promise<unknown>, given: Given = {}): Promise<Printed> {
  const before = { folder: process.cwd(), exitCode: process.exitCode, model: process.env.REFOLD_MODEL };
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!;
  const listeners = [process.stdout, process.stderr].map((stream) => [stream, stream.listeners('error')] as const);
  const [out, err] = [captured(process.stdout), captured(process.stderr)];
  const piped = Readable.from(piecesOf(Buffer.from(given.input ?? '')));
  const complain = vi.spyOn(console, 'error').mockImplementation((text) => err.add(`${text}\n`));
  try {
    process.chdir(folder);
    process.exitCode = undefined;
    setModel(given.model);
    if (given.input !== undefined) Object.defineProperty(process, 'stdin', { ...stdin, get: () => piped });
    const ended = await run();
    const code = typeof ended === 'number' ? ended : Number(process.exitCode ?? 0);
    return { code, stdout: out.text(), stderr: err.text() };
  } finally {
    complain.mockRestore();
    for (const { restore } of [out, err]) restore();
    for (const [stream, kept] of listeners) {
      for (const one of stream.listeners('error')) if (!kept.includes(one)) stream.off('error', one as () => void);
    }
    process.exitCode = before.exitCode;
    setModel(before.model);
    Object.defineProperty(process, 'stdin', stdin);
    process.chdir(before.folder);
  }
}

function setModel(model: string | undefined): void {
  if (model === undefined) delete process.env.REFOLD_MODEL;
  else process.env.REFOLD_MODEL = model;
}

function* piecesOf(bytes: Buffer, size = 65_536): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Captured {
  readonly add: (text: string) => void;
  readonly text: () => string;
  readonly restore: () => void;
}

type Written = (error?: Error | null) => void;

function captured(stream: NodeJS.WriteStream): Captured {
  const parts: string[] = [];
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk: unknown, ...rest: unknown[]) => {
    parts.push(String(chunk));
    const written = rest.find((one) => typeof one === 'function') as Written | undefined;
    if (written !== undefined) queueMicrotask(written);
    return true;
  });
  return { add: (text) => void parts.push(text), text: () => parts.join(''), restore: () => spy.mockRestore() };
}

/** A new folder by its real path. `Symbol.dispose` deletes it. */
export function newFolder(): { readonly path: string } & Disposable {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'refold-json-')));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
