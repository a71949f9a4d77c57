/**
 * The scripts in the shells that they are for: a user types a line and presses Tab. bash and zsh edit their line in a terminal,
 * and fish is asked. The `refold` that the scripts run hands its arguments to this process, because starting Node for each line
 * takes long.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { script as libraryScript } from '@bomb.sh/tab';
import { openLog } from 'refold';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { answerTo } from '../../../src/cli/completion/answer.ts';
import { findFacts } from '../../../src/cli/completion/find-facts.ts';
import { readQuestion } from '../../../src/cli/completion/question.ts';
import { scriptFor } from '../../../src/cli/completion/scripts.ts';
import { defineProgram } from '../../../src/cli/program.ts';
import { CART, ENVIRONMENT, makeShop, REFOLD, temporaryFolder } from '../support.ts';
import { HOSTILE } from './hostile.ts';

const inFolder = temporaryFolder();
const folder = inFolder('work');
const PLAIN_TYPES = ['OrderPlaced', 'order:filled', 'x\ny', 'esc\u001b[31m', '--evil'];

const environment: NodeJS.ProcessEnv = {
  ...ENVIRONMENT,
  PATH: `${inFolder('bin')}:${ENVIRONMENT.PATH}`,
  HOME: folder,
  ZDOTDIR: inFolder('zsh'),
  XDG_DATA_HOME: inFolder('fish'),
  XDG_CONFIG_HOME: inFolder('fish'),
  TERM: 'xterm',
  LC_ALL: 'C.UTF-8',
};

const program = defineProgram('0');

/** Gets the number of arguments and then each of them, with a NUL after each. */
const server = createServer((socket) => {
  let text = '';
  socket.on('data', async (data) => {
    text += String(data);
    const [number, ...args] = text.split('\0').slice(0, -1);
    if (args.length < Number(number)) return;
    const answered = await answerTo(program, readQuestion(args)!, ({ fact, file }) =>
      findFacts({ fact, file: join(folder, file!), model: CART }),
    );
    socket.end(answered);
  });
});

function listen(one: Server): Promise<number> {
  return new Promise((resolve) => {
    one.listen(0, '127.0.0.1', () => resolve((one.address() as AddressInfo).port));
  });
}

afterAll(() => {
  server.close();
});

beforeAll(async () => {
  for (const name of ['work/my logs', 'bin', 'zsh', 'fish']) mkdirSync(inFolder(name), { recursive: true });
  writeFileSync(
    inFolder('bin/refold'),
    `#!/bin/bash\nexec 3<> /dev/tcp/127.0.0.1/${await listen(server)}; printf '%s\\0' $# "$@" >&3; exec cat <&3\n`,
    { mode: 0o755 },
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ refold: { model: CART } }));
  await makeShop(join(folder, 'shop.db'));
  for (const name of ['hostile.db', "my logs/it's.db"]) {
    await using log = await openLog({ path: join(folder, name), readOnly: false });
    await log.import([...HOSTILE, ...PLAIN_TYPES].map((type, n) => ({ type, version: 1, data: { n } })));
  }
});

/** What is typed, and what the line is after Tab. */
const LINES: readonly (readonly [typed: string, line: string])[] = [
  ['refold ev', 'refold events '],
  ['refold events hostile.db --fol', 'refold events hostile.db --follow '],
  ['refold compact --history k', 'refold compact --history keep '],
  ['refold info --time=ra', 'refold info --time=raw '],
  ['refold at shop.db la', 'refold at shop.db last '],
  ['refold completion f', 'refold completion fish '],
  ['refold bisect shop.db fe', 'refold bisect shop.db fewItems '],
  ['refold why shop.db ca', 'refold why shop.db carts'],
  ['refold info shop.d', 'refold info shop.db'],
  ['refold events hostile.db --type OrderP', 'refold events hostile.db --type OrderPlaced '],
  ['refold events hostile.db --type=order:f', 'refold events hostile.db --type=order:filled '],
  ['refold events hostile.db --type \\$\\(', 'refold events hostile.db --type \\$\\(touch\\ OWNED\\) '],
  ['refold events hostile.db --type a\\;', 'refold events hostile.db --type a\\;touch\\ OWNED '],
  ['refold events hostile.db --type bac', 'refold events hostile.db --type back\\\\slash '],
  ['refold events hostile.db --type "order p', 'refold events hostile.db --type "order placed" '],
  ["refold events hostile.db --type '$(", "refold events hostile.db --type '$(touch OWNED)' "],
  ['refold events hostile.db --type x', 'refold events hostile.db --type x'],
  ["refold events my\\ logs/it\\'s.db --type say", 'refold events my\\ logs/it\\\'s.db --type say\\ \\"hi\\" '],
  ['refold events hostile.db --type $(touch OWNED) --fol', 'refold events hostile.db --type $(touch OWNED) --follow '],
  ['refold events hostile.db > OWNED --fol', 'refold events hostile.db > OWNED --follow '],
];

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

test('bash', async () => {
  const script = join(folder, '.bash');
  writeFileSync(script, scriptFor('bash'));
  const out = inFolder('bash-lines');
  const rc = inFolder('bashrc');
  // Sourced twice, as by a user who reads the startup file again.
  writeFileSync(
    rc,
    `source ${script}; source ${script}; unset HISTFILE
     show() { printf '%s\\n' "$READLINE_LINE" >> ${out}; READLINE_LINE=; READLINE_POINT=0; }
     bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; bind -x '"\\C-xp": show'; PS1='READY> '`,
  );
  const typed = LINES.map(([line]) => `${line}\t\u0018p`).join('');
  await inTerminal(`bash --rcfile ${rc} -i`, `${typed}\u0004`);
  expectLines(out);
});

test.skipIf(!isThere('zsh'))('zsh', async () => {
  writeFileSync(inFolder('zsh/script'), scriptFor('zsh'));
  writeFileSync(inFolder('zsh/typed'), LINES.map(([line]) => `${line}\n`).join(''));
  const out = inFolder('zsh-lines');
  // The line editor completes each line as soon as it has started.
  writeFileSync(
    inFolder('zsh/.zshrc'),
    `autoload -Uz compinit; compinit -u -D; source $ZDOTDIR/script; source $ZDOTDIR/script
     unset HISTFILE; unsetopt beep
     zle-line-init() {
       local typed
       while IFS= read -r typed; do BUFFER=$typed; CURSOR=$#BUFFER; zle complete-word; print -r -- "$BUFFER"; done < $ZDOTDIR/typed > ${out}
       BUFFER=exit; zle accept-line
     }
     zle -N zle-line-init; PS1='READY> '`,
  );
  await inTerminal('zsh -d -i', '');
  expectLines(out);
});

test.skipIf(!isThere('fish'))('fish', async () => {
  writeFileSync(inFolder('fish/script'), scriptFor('fish'));
  const asked = [
    'refold ev',
    'refold info --time=ra',
    'refold bisect shop.db fe',
    'refold why shop.db ca',
    'refold info shop.d',
    'refold events hostile.db --type order:f',
    'refold events hostile.db --type \\$\\(',
    `refold events "my logs/it's.db" --type say`,
    "refold events hostile.db --type '$(",
    'refold events hostile.db --type x',
    'refold events hostile.db --type $(touch OWNED) --fol',
  ];
  const program = `source ${inFolder('fish/script')}; source ${inFolder('fish/script')}
    for line in (cat ${inFolder('fish/typed')}); complete -C $line | string replace -r '\\t.*' ''; echo =; end`;
  writeFileSync(inFolder('fish/typed'), asked.map((line) => `${line}\n`).join(''));
  const run = promisify(execFile);
  const { stdout, stderr } = await run('fish', ['--no-config', '-c', program], { cwd: folder, env: environment });
  expect(stderr).toBe('');
  expect(stdout.split('=\n').map((part) => part.split('\n').slice(0, -1))).toEqual([
    ['events'],
    ['--time=raw'],
    ['fewItems'],
    ['carts'],
    expect.arrayContaining(['shop.db']),
    ['order:filled'],
    ['$(touch OWNED)'], // fish quotes it when it inserts it
    ['say "hi"'],
    ['$(touch OWNED)'],
    [],
    ['--follow'],
    [],
  ]);
  expect(existsSync(join(folder, 'OWNED'))).toBe(false);
});

describe('PowerShell', () => {
  const script = scriptFor('powershell');

  test('has the structure of a completer that asks refold', () => {
    expect(script).toContain("Register-ArgumentCompleter -CommandName 'refold'");
    expect(script).toContain("& refold completion powershell complete '--' $QuotedArgs");
    const opened = [...script].filter((character) => character === '{').length;
    expect(opened).toBeGreaterThan(20);
    expect([...script].filter((character) => character === '}').length).toBe(opened);
  });
});

test("the library's own script for bash runs what stands in a name", () => {
  let script = '';
  const printing = vi.spyOn(console, 'log').mockImplementation((text) => (script = text));
  libraryScript('bash', 'refold', 'refold');
  printing.mockRestore();
  const program = `${script}
    _get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; words=("\${COMP_WORDS[@]}"); }
    refold() { printf '%s\\t\\n:4\\n' '$(touch OWNED)'; }
    COMP_WORDS=(refold events x.db --type ""); COMP_CWORD=4; __refold_complete`;
  const cwd = inFolder('control');
  mkdirSync(cwd);
  spawnSync('bash', ['--norc', '-c', program], { cwd });
  expect(existsSync(join(cwd, 'OWNED'))).toBe(true);
});

test('the library still has the line that is replaced in its script', () => {
  expect(scriptFor('zsh')).toContain(`words=( "$\{(@)words[1,CURRENT]}" )`);
  expect(scriptFor('zsh')).not.toContain('=words[1,CURRENT]');
});

describe('the built refold', () => {
  const ask = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(REFOLD[0]!, [...REFOLD.slice(1), ...args], {
      ...{ cwd: folder, env: ENVIRONMENT, encoding: 'utf8' },
    });
    return { status, stdout, stderr };
  };

  test('looks into the log, and into the model that package.json names', () => {
    expect(ask('completion', 'bash', 'complete', '--', 'events', 'shop.db', '--type', 'C')).toEqual({
      status: 0,
      stdout: 'CartOpened\t1 event\n:4\n',
      stderr: '',
    });
    expect(ask('complete', '--', 'bisect', 'shop.db', '')).toEqual({
      status: 0,
      stdout: 'fewItems\tan invariant\n:4\n',
      stderr: '',
    });
  });
});

test('a script is printed and nothing else', () => {
  const run = (...args: string[]) =>
    spawnSync(REFOLD[0]!, [...REFOLD.slice(1), 'completion', ...args], { env: ENVIRONMENT, encoding: 'utf8' });
  expect(run('bash')).toMatchObject({ status: 0, stdout: scriptFor('bash'), stderr: '' });
  const { stdout, stderr } = run('zsh', '--json');
  expect([JSON.parse(stdout), stderr]).toEqual([{ shell: 'zsh', script: scriptFor('zsh') }, '']);
  expect(run('elvish')).toMatchObject({ status: 2, stderr: expect.stringContaining('bash, zsh, fish, powershell') });
});

function expectLines(out: string): void {
  expect(readFileSync(out, 'utf8').split('\n').slice(0, -1)).toEqual(LINES.map(([, line]) => line));
  expect(existsSync(join(folder, 'OWNED'))).toBe(false);
}

/** Runs a shell in a terminal, and types when its prompt is there. */
async function inTerminal(command: string, keys: string): Promise<void> {
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env: environment });
  let shown = '';
  child.stdout.on('data', (data) => {
    const isReady = shown.includes('READY> ');
    shown += String(data);
    if (!isReady && shown.includes('READY> ')) child.stdin.write(keys);
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(shown).not.toContain('rror');
}
