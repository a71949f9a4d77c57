/** Runs a program to its end, as a user's shell would: without the environment variables of npm and vitest. */
import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** Names a folder in which the programs keep their compiled code, so that each starts faster than the first. */
export const COMPILE_CACHE = 'REFOLD_TEST_COMPILE_CACHE';

export interface Ended {
  /** The exit code, or the name of the signal that ended the program. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node` in the version of this process. */
export function runNode(args: readonly string[], cwd: string): Promise<Ended> {
  return run(process.execPath, args, cwd);
}

/** Runs a program whose PATH finds the `node` of this process. Never rejects: a failure is an exit code. */
export function run(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: cleanEnvironment(), shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 };
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 'unknown'), stdout, stderr });
    });
  });
}

/** Like `run`, but returns stdout. If the program fails, it throws an error with all of the program's output. */
export async function succeed(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, cwd);
  if (code === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} in ${cwd} ended with ${code}\n${stdout}${stderr}`);
}

/**
 * npm tells its scripts in variables which project they belong to, and a nested npm would use that project. Variables
 * for certificates stay, because a registry behind a proxy needs them.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_)|npm_config_local_prefix$|VITEST|NODE_(?!EXTRA_CA_CERTS)|TEST$|PROD$|DEV$|FORCE_COLOR$)/.test(
        name,
      ),
  );
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const cache = process.env[COMPILE_CACHE];
  return {
    ...Object.fromEntries(inherited),
    PATH,
    NO_COLOR: '1',
    ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
  };
}
