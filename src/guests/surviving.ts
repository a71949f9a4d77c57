/**
 * Keeps a command alive beside what a module of a model does: an error that nothing catches, a call of `process.exit`, and what keeps
 * the process alive when the command has done its work. None of it changes the answer.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { oneLine } from '../terminal/escaping.ts';
import { keepStdout } from './own-stdout.ts';
import { readableError } from './readable-error.ts';

/** The module keeps the command from its model. */
export class NotLoaded extends Error {}

/** The path of a module. Whatever runs in here comes from it, also after it is loaded. */
const inModule = new AsyncLocalStorage<string>();

let isSurviving = false;
/** What was there before. */
let exit = process.exit;

/** Runs work of a module. From now on neither its errors nor its `process.exit` end the process. */
export function runInModule<T>(path: string, work: () => T): T {
  if (!isSurviving) {
    isSurviving = true;
    exit = process.exit;
    process.exit = exitUnlessInModule;
    process.on('uncaughtException', onUncaught);
  }
  return inModule.run(path, work);
}

/** Undoes this, for a process that runs several commands. */
export function stopSurviving(): void {
  if (process.exit === exitUnlessInModule) process.exit = exit;
  process.off('uncaughtException', onUncaught);
  isSurviving = false;
}

function exitUnlessInModule(...code: Parameters<typeof process.exit>): never {
  if (inModule.getStore() !== undefined) throw new NotLoaded(`it calls process.exit(${code[0] ?? ''})`);
  return exit.apply(process, code); // a signal ends the command
}

/** The exit code of a defect. */
const DEFECT = 70;

function onUncaught(thrown: unknown): void {
  const path = inModule.getStore();
  const error = readableError(thrown);
  if (path !== undefined) {
    console.error(`model: ${oneLine(path)} fails beside the command: ${oneLine(error.message)}`);
    return;
  }
  console.error(error.stack ?? error.message);
  process.exit(DEFECT);
}

/** A module that may keep the process alive when it should end, and whether the user has read about it. */
let left: { readonly path: string; readonly isTold: boolean } | undefined;
/** How long a process may take to end by itself, in ms. */
const ENDING_MS = 1_000;

/** Remembers a module for the end. The first one is named, unless the user has read about one. */
export function leaveBehind(path: string, isTold: boolean): void {
  if (left === undefined || isTold) left = { path, isTold };
}

/** Ends the process, which has done its work, also if a module has left something behind that keeps it alive. */
export function endDespiteModule(): void {
  if (left === undefined) return;
  const { path, isTold } = left;
  keepStdout();
  // The answer is out: what fails or ends the process now does not change it.
  const { exit: exitWith } = process;
  const endNow = (): never => exitWith.call(process); // without an argument it keeps the exit code
  process.on('uncaughtException', () => {});
  process.exit = endNow;
  const end = (): void => {
    if (!isTold) console.error(`model: ${oneLine(path)} keeps the process alive: refold ends it`);
    endNow();
  };
  setTimeout(end, isTold ? 0 : ENDING_MS).unref();
}
