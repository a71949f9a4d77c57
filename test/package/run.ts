/** Runs a program to its end, as a user's shell would: without what npm and vitest put into our own environment. */
import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  /** Exit code; a signal's name when one ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node` of the version that runs us. */
export function runNode(args: readonly string[], cwd: string): Promise<Ended> {
  return run(process.execPath, args, cwd);
}

/** Runs a program; `node` on its PATH is the one that runs us. Never rejects: a failure is a code. */
export function run(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: cleanEnvironment(), shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 };
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 'unknown'), stdout, stderr });
    });
  });
}

/** Like `run`, and gives what was printed. Throws, with everything the program said, unless it ended well. */
export async function succeed(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, cwd);
  if (code === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} in ${cwd} ended with ${code}\n${stdout}${stderr}`);
}

/**
 * npm hands its scripts the project they belong to, and a nested npm would take that for its own. The certificates of the
 * network stay: a registry behind a proxy is out of reach without them.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_)|npm_config_local_prefix$|VITEST|NODE_(?!EXTRA_CA_CERTS)|TEST$|PROD$|DEV$|FORCE_COLOR$)/.test(
        name,
      ),
  );
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...Object.fromEntries(inherited), PATH, NO_COLOR: '1' };
}
