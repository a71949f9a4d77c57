/**
 * Warnings, for failures that do not affect anything acknowledged. Their names begin with `Refold`.
 *
 * Every warning of the engine comes through this file. It is told to the `onWarning` of its store. Without that option it is a
 * process warning.
 */
import { isRefoldError, messageOf, type RefoldError, reviveError, stackOf } from '../../core/errors.ts';
import { letGo } from '../../core/let-go.ts';

/** The kinds of warnings. docs/ERRORS.md says what each one means. */
export type WarningName =
  | 'RefoldClockWarning'
  | 'RefoldCloseWarning'
  | 'RefoldDirectFoldWarning'
  | 'RefoldDurabilityWarning'
  | 'RefoldFailoverWarning'
  | 'RefoldHousekeepingWarning'
  | 'RefoldImportWarning'
  | 'RefoldListenerWarning'
  | 'RefoldProgressWarning'
  | 'RefoldProjectionWarning'
  | 'RefoldReactorWarning'
  | 'RefoldRecoveryWarning'
  | 'RefoldReplayWarning'
  | 'RefoldReplicaWarning'
  | 'RefoldShapeWarning'
  | 'RefoldSnapshotWarning';

/** What `onWarning` gets. `cause` is what was thrown, if something was: often a `RefoldError`. */
export interface StoreWarning extends Error {
  readonly name: WarningName;
  /** What to do about it, where the message does not say that. */
  readonly detail?: string;
}

type Listener = (warning: StoreWarning) => unknown;

/** The `onWarning` of each store, by its log and by everything else that stands for the store. */
const listeners = new WeakMap<object, Listener>();

/** From now on the warnings of `owner` go to the listener, if there is one. */
export function warnTo(owner: object, listener: Listener | undefined): void {
  if (listener === undefined) listeners.delete(owner);
  else listeners.set(owner, listener);
}

/** Lets `owner` warn as `other` does. */
export function warnLike(owner: object, other: object): void {
  warnTo(owner, listeners.get(other));
}

/**
 * Warns of anything that was thrown, perhaps by application code. Never throws.
 *
 * @param owner whose warning it is: a log, or a store; undefined for work outside of a store
 */
export function warnOf(owner: object | undefined, name: WarningName, thrown: unknown): void {
  const listener = owner && listeners.get(owner);
  if (listener === undefined) warnProcess(name, thrown);
  else {
    const cause = typeof thrown === 'string' ? {} : { cause: thrown };
    tell(listener, warningOf(name, messageOf(thrown), cause), () => warnProcess(name, thrown));
  }
}

/** Warns with a text. Never throws. @param detail what to do about it */
export function warnThat(owner: object | undefined, name: WarningName, message: string, detail?: string): void {
  const listener = owner && listeners.get(owner);
  const warnInstead = (): void => process.emitWarning(message, { type: name, ...(detail !== undefined && { detail }) });
  if (listener === undefined) warnInstead();
  else tell(listener, warningOf(name, message, {}, detail), warnInstead);
}

function warningOf(name: WarningName, message: string, options: ErrorOptions, detail?: string): StoreWarning {
  const warning = new Error(message, options);
  return Object.assign(warning, { name, ...(detail !== undefined && { detail }) });
}

/** A listener that fails must not hide the warning that it got. */
function tell(listener: Listener, warning: StoreWarning, warnInstead: () => void): void {
  const failed = (error: unknown): void => {
    warnInstead();
    warnProcess('RefoldListenerWarning', error);
  };
  try {
    letGo(listener(warning), failed);
  } catch (error) {
    failed(error);
  }
}

/**
 * A process warning. A `RefoldError` keeps its class, code and coordinates. The warning is always a copy: Node reads its name,
 * message and stack in a later turn, where a getter that throws would end the process.
 */
function warnProcess(name: WarningName, thrown: unknown): void {
  const warning = copyOfOurs(thrown) ?? Object.assign(new Error(messageOf(thrown), { cause: thrown }), { name });
  const stack = stackOf(thrown);
  if (stack !== '') warning.stack = stack;
  try {
    process.emitWarning(warning, { type: name });
  } catch {
    // A test runner has loaded this file into another realm. Node does not accept errors of that realm.
    const code = isRefoldError(warning) ? warning.code : undefined;
    process.emitWarning(warning.message, { type: name, ...(code && { code }), detail: stack });
  }
}

function copyOfOurs(thrown: unknown): RefoldError | undefined {
  if (!isRefoldError(thrown)) return undefined;
  try {
    return reviveError(thrown.toJSON(), thrown.cause);
  } catch {
    return undefined; // application code has changed it since it was made
  }
}
