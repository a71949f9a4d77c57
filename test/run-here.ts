/** Runs a command line in this process, in a folder, and collects what it prints. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line. It leaves nothing of the process changed.
 *
 * @param run gives the exit code, or leaves it in the process
 */
export async function runHere(folder: string, run: () => Promise<unknown>): Promise<Printed> {
  const before = { folder: process.cwd(), exitCode: process.exitCode, model: process.env.REFOLD_MODEL };
  const listeners = [process.stdout, process.stderr].map((stream) => [stream, stream.listeners('error')] as const);
  const [out, err] = [captured(process.stdout), captured(process.stderr)];
  const complain = vi.spyOn(console, 'error').mockImplementation((text) => err.add(`${text}\n`));
  try {
    process.chdir(folder);
    process.exitCode = undefined;
    delete process.env.REFOLD_MODEL;
    const given = await run();
    const code = typeof given === 'number' ? given : Number(process.exitCode ?? 0);
    return { code, stdout: out.text(), stderr: err.text() };
  } finally {
    complain.mockRestore();
    for (const { restore } of [out, err]) restore();
    for (const [stream, kept] of listeners) {
      for (const one of stream.listeners('error')) if (!kept.includes(one)) stream.off('error', one as () => void);
    }
    process.exitCode = before.exitCode;
    if (before.model !== undefined) process.env.REFOLD_MODEL = before.model;
    process.chdir(before.folder);
  }
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
