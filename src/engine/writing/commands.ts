/** Commands: from an input and the present state to events or a rejection. */
import {
  describeIssues,
  grouped,
  isInstance,
  isRefoldError,
  messageOf,
  RefoldError,
  reviveError,
  type ValidationIssue,
} from '../../core/errors.ts';
import type { EventInput, Json } from '../../core/event.ts';
import { copyPayload, inspectInput, PayloadRefused } from '../../core/guard.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import { type CommandDefinition, isRejection, type Model } from '../../core/model.ts';
import { listNearest } from '../../core/nearest.ts';
import { Deciding, type Desk } from './deciding.ts';
import { badDecision } from './intake/intake.ts';
import { refusalOf } from './intake/values.ts';
import type { Refusal } from './outcomes/outcome.ts';

/** A decision, before the log has it. `result` is a frozen copy. */
export type Verdict =
  | { readonly accepted: readonly EventInput[]; readonly result?: Json | undefined }
  | { readonly rejected: Refusal };

/** The longest text of a result, or of a rejection's data, in bytes of UTF-8: an outcome stays in the log for long. */
const RESULT_BYTES = 64 * 1024;

/** A command of any model. */
export type Command = CommandDefinition<any, any, any>;

/**
 * Parses the input and runs `decide`.
 *
 * @throws RefoldError `INVALID_OPTION` for an unknown command, `COMMAND_INPUT_REJECTED` for input that does not fit or a
 * schema that throws, `COMMAND_FAILED` when `decide` throws or gives something that is not a decision
 */
export function decideCommand(desk: Desk, name: string, input: unknown, sequence: number, now: number): Verdict {
  const command = commandOf(desk.model, name);
  const parsed = parseInput(command, name, input);
  return decide(
    command,
    name,
    parsed,
    desk.live.value,
    new Deciding(desk, sequence, { firstSequence: sequence + 1, recordedAt: now }),
  );
}

/** @throws RefoldError `INVALID_OPTION` */
export function commandOf(model: Model, name: unknown): Command {
  const commands: Record<string, Command> = model.commands ?? {};
  if (typeof name === 'string' && Object.hasOwn(commands, name)) return commands[name]!;
  const listed = listNearest(typeof name === 'string' ? name : '', Object.keys(commands));
  const details = { ...(typeof name === 'string' ? { type: name } : {}), hint: `The commands are: ${listed}` };
  const what = typeof name === 'string' ? name : `of this name, which is not a string but ${kindOf(name)}`;
  throw new RefoldError('INVALID_OPTION', `Cannot execute: the model ${model.name} has no command ${what}`, details);
}

/**
 * @throws RefoldError `COMMAND_INPUT_REJECTED` for input that does not fit or cannot be read, and for a schema that throws
 */
export function parseInput(command: Command, name: string, input: unknown): unknown {
  try {
    inspectInput(input, 'input');
  } catch (error) {
    throw inputRefusal(error, name);
  }
  let issues: readonly ValidationIssue[];
  let described: string;
  try {
    const result = command.input.safeParse(input);
    if (result.success) return result.data;
    issues = result.error.issues;
    described = describeIssues(issues);
  } catch (cause) {
    // The schema itself threw: in a transform, or because it is asynchronous.
    const message = `Cannot execute ${name}: the schema of its input threw: ${messageOf(cause)}`;
    const hint = 'Schemas must be synchronous and must not throw';
    throw new RefoldError('COMMAND_INPUT_REJECTED', message, { type: name, cause, hint });
  }
  const message = `Cannot execute ${name}: its input does not fit the schema: ${described}`;
  throw new RefoldError('COMMAND_INPUT_REJECTED', message, { type: name, issues, hint: 'Correct the input' });
}

/** The error for an input that the guard refuses, or that throws when it is read. */
export function inputRefusal(error: unknown, name: string): RefoldError {
  const refusal = refusalOf(error, { type: name }, 'execute');
  return reviveError({ ...refusal.toJSON(), code: 'COMMAND_INPUT_REJECTED' }, refusal.cause);
}

/** Runs `decide` on input that has been parsed. @throws RefoldError `COMMAND_FAILED` */
export function decide(command: Command, name: string, input: unknown, state: object, context: Deciding): Verdict {
  let decision: unknown;
  try {
    decision = command.decide(state as never, input as never, context);
  } catch (cause) {
    throw badDecision(name, `its decide threw: ${messageOf(cause)}`, cause);
  } finally {
    context.end();
  }
  return verdictOf(name, decision);
}

function verdictOf(name: string, decision: unknown): Verdict {
  let verdict: Verdict | undefined;
  try {
    verdict = readDecision(name, decision);
  } catch (cause) {
    if (isRefoldError(cause, 'COMMAND_FAILED')) throw cause;
    throw badDecision(name, `reading what its decide gave threw: ${messageOf(cause)}`, cause);
  }
  if (verdict !== undefined) return verdict;
  letGo(decision);
  throw badDecision(name, `its decide gave ${kindOf(decision)}`);
}

function readDecision(name: string, decision: unknown): Verdict | undefined {
  if (typeof decision !== 'object' || decision === null || isPromiseLike(decision)) return undefined;
  if (Array.isArray(decision)) return { accepted: decision };
  if (!isRejection(decision))
    return 'type' in decision ? { accepted: [decision as EventInput] } : readParts(name, decision);
  const { code, message, data } = decision;
  if (isPromiseLike(data)) letGo(data);
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return { rejected: { code, message, data: copyForCaller(name, 'a rejection whose data', 'data', data) } };
}

/** `{ events, result }`, each read once. Anything else is treated as an event, and refused like one. */
function readParts(command: string, decision: object): Verdict | undefined {
  if (!('events' in decision || 'result' in decision)) return { accepted: [decision as EventInput] };
  const { events, result } = decision as { readonly events?: unknown; readonly result?: unknown };
  if (isPromiseLike(events)) letGo(events);
  if (isPromiseLike(result)) letGo(result);
  const accepted = events === undefined ? [] : Array.isArray(events) ? events : [events];
  return {
    accepted: accepted as readonly EventInput[],
    result: copyForCaller(command, 'a result that', 'result', result),
  };
}

/** @throws RefoldError `COMMAND_FAILED` for a value that is too long or not plain JSON */
function copyForCaller(command: string, what: string, root: string, value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  let copy: Json;
  try {
    copy = copyPayload(value, root, true);
  } catch (cause) {
    if (!isInstance(cause, PayloadRefused)) throw cause;
    throw badDecision(command, `its decide gave ${what} holds ${cause.message} at ${cause.at}`, cause);
  }
  const bytes = Buffer.byteLength(JSON.stringify(copy));
  if (bytes <= RESULT_BYTES) return copy;
  throw badDecision(
    command,
    `its decide gave ${what} has ${grouped(bytes)} bytes of JSON; ${grouped(RESULT_BYTES)} are allowed`,
  );
}

function kindOf(value: unknown): string {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  if (isPromiseLike(value)) return 'a promise';
  return 'something else';
}

/** The longest commandId, in UTF-16 units. */
const LONGEST_COMMAND_ID = 200;

export function isCommandId(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_COMMAND_ID && value.isWellFormed();
}
