/**
 * Runs the engine's writer in the judge's own thread.
 *
 * Starting a thread takes 100 ms, opening a log only a few. To open ten thousand damaged logs as their writer,
 * `node:worker_threads` is replaced by `thread-stand-in.ts`: for the files of `src/log/sqlite/`, each of which imports its
 * own `parentPort`, and for the one file that imports `Worker`. The writer's own code runs as it is. `inRealThreads`
 * switches back, so that a sample of the cases uses the real thing.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { standIn } from './thread-switch.ts';

const LOG_FOLDER = new URL('../../../src/log/sqlite/', import.meta.url).href;
const STARTER = new URL('../../../src/threads/threads.ts', import.meta.url).href;
const STAND_IN = pathToFileURL(fileURLToPath(new URL('./thread-stand-in.ts', import.meta.url))).href;

/** Call this before any import of `src/log/sqlite/`. */
export function installStandIn(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const parent = context.parentURL;
      if (specifier !== 'node:worker_threads' || !(parent?.startsWith(LOG_FOLDER) || parent === STARTER)) {
        return nextResolve(specifier, context);
      }
      // Each thread's module has its own parent port. So the module and its stand-in are imported again for each
      // thread.
      return {
        url: `${STAND_IN}${new URL(parent).search}`,
        format: 'module-typescript',
        shortCircuit: true,
      };
    },
  });
}

/** Runs `work` with the engine's real threads. */
export async function inRealThreads<T>(work: () => Promise<T>): Promise<T> {
  standIn.enabled = false;
  try {
    return await work();
  } finally {
    standIn.enabled = true;
  }
}
