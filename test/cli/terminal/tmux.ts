/** A terminal: tmux shows what a program prints as an emulator does, and keeps the bytes that it printed. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The tests at a terminal are skipped without it; the gate refuses skipped tests. */
export const HAS_TMUX: boolean = spawnSync('tmux', ['-V']).status === 0;

const run = promisify(execFile);

/** What stands on the screen and above it. */
export interface Shown {
  /** As the terminal shows it: a line that is too wide continues on the next one. */
  readonly lines: readonly string[];
  /** The lines as they were printed: what continues on the next line is joined again. */
  readonly printed: readonly string[];
  /** What the program wrote. */
  readonly bytes: string;
}

export interface ScreenOptions {
  readonly columns: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder for files of the terminal. */
  readonly folder: string;
}

/** Runs a program at a terminal until the screen has the text, and says what is there. */
export async function showAt(command: readonly string[], until: string, options: ScreenOptions): Promise<Shown> {
  const { columns, env = {}, folder } = options;
  const name = [columns, ...Object.keys(env)].join('-');
  const [socket, raw] = [`${folder}/socket-${name}`, `${folder}/bytes-${name}`];
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('tmux', ['-S', socket, '-f', '/dev/null', ...args], { maxBuffer: 2 ** 26 });
    return stdout;
  };
  const set = Object.entries({ ...env, LANG: 'C.UTF-8' }).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  await tmux(
    ...['start-server', ';', 'set-option', '-g', 'history-limit', '50000', ';'],
    ...['set-option', '-g', 'remain-on-exit', 'on', ';'],
    ...[
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      '50',
      ...set,
      'sh',
      '-c',
      'read go; exec "$@"',
      'sh',
      ...command,
    ],
  );
  try {
    await tmux('pipe-pane', `cat > ${raw}`);
    await tmux('send-keys', 'Enter');
    const capture = (...how: readonly string[]): Promise<string> => tmux('capture-pane', '-p', '-S', '-', ...how);
    while (!(await capture()).includes(until)) await pause(30);
    const [lines, printed] = [await capture(), await capture('-J')].map((text) => text.trimEnd().split('\n'));
    return { lines: lines!, printed: printed!.map((line) => line.trimEnd()), bytes: readFileSync(raw, 'utf8') };
  } finally {
    await tmux('kill-server');
  }
}
