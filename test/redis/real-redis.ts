/** Debian's redis-server 7.0, on a free port and in a folder that is deleted afterwards. The gate installs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { RealProcess } from './processes.ts';

/** The tests that compare with Redis are skipped without it; the gate refuses skipped tests. */
export { HAS_REDIS } from './processes.ts';

export type RealRedis = RealProcess;

export const RealRedis: { readonly start: typeof startReal } = { start: startReal };

/** Starts a server that ends with the test. `args` are options such as `--appendonly yes`. */
async function startReal(args: readonly string[] = [], folder: string = temporaryFolder()): Promise<RealProcess> {
  const started = await RealProcess.start(folder, args);
  onTestFinished(() => started.kill());
  return started;
}

/** A folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'refold-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
