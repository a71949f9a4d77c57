/** Commands: from an input and the present state to events or a rejection, and how an outcome is remembered. */
import { isInstance, isRefoldError, messageOf, RefoldError, type ValidationIssue } from '../../core/errors.ts';
import type { Commit, EventInput, Json } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import { copyPayload, inspectInput, PayloadRefused } from '../../core/guard.ts';
import { isPromiseLike, letGo } from '../../core/let-go.ts';
import { type CommandDefinition, isRejection, type Model, type Rejection } from '../../core/model.ts';
import { listNearest } from '../../core/nearest.ts';
import { Deciding, type Desk } from './deciding.ts';
import { badDecision, describeIssues, refusalOf } from './intake.ts';

/**
 * What a command became. A command without events is accepted with an empty commit: its `lastSequence` is
 * one less than its `firstSequence`.
 */
export type CommandOutcome<Result = unknown> = AcceptedCommand<Result> | RejectedCommand;

interface RejectedCommand {
  readonly status: 'rejected';
  readonly code: string;
  readonly message: string;
}

type AcceptedCommand<Result> = { readonly status: 'accepted'; readonly commit: Commit } & GivenResult<Result>;

/** The result that `decide` gave, as a frozen copy. Absent when it did not give a result. */
type GivenResult<Result> = [undefined] extends [Result] ? { readonly result?: Result } : { readonly result: Result };

/** A decision, before the log has it. `result` is a frozen copy. */
export type Verdict =
  | { readonly accepted: readonly EventInput[]; readonly result?: Json | undefined }
  | { readonly rejected: Rejection };

/** The longest text of a result, in bytes of UTF-8: an outcome stays in memory and in the log for a long time. */
const RESULT_BYTES = 64 * 1024;

/** A command of any model. */
export type Command = CommandDefinition<any, any, any>;

/**
 * Parses the input and runs `decide`.
 *
 * @throws RefoldError `INVALID_OPTION` for an unknown command, `EVENT_REJECTED` for input that does not fit or a schema that
 * throws, `COMMAND_FAILED` when `decide` throws or gives something that is not a decision
 */
export function decideCommand(desk: Desk, name: string, input: unknown, sequence: number, now: number): Verdict {
  const command = commandOf(desk.model, name);
  const parsed = parseInput(command, name, input);
  return decide(command, name, parsed, desk.live.value, new Deciding(desk, sequence, now, undefined));
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

/** @throws RefoldError `EVENT_REJECTED` for input that does not fit or cannot be read, and for a schema that throws */
export function parseInput(command: Command, name: string, input: unknown): unknown {
  try {
    inspectInput(input, 'input');
  } catch (error) {
    throw refusalOf(error, { type: name }, 'execute');
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
    throw new RefoldError('EVENT_REJECTED', message, { type: name, cause, hint });
  }
  const message = `Cannot execute ${name}: its input does not fit the schema: ${described}`;
  throw new RefoldError('EVENT_REJECTED', message, { type: name, issues, hint: 'Correct the input' });
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
  const { code, message } = decision;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return { rejected: { rejected: true, code, message } };
}

/** `{ events, result }`, each read once. Anything else is treated as an event, and refused like one. */
function readParts(command: string, decision: object): Verdict | undefined {
  if (!('events' in decision || 'result' in decision)) return { accepted: [decision as EventInput] };
  const { events, result } = decision as { readonly events?: unknown; readonly result?: unknown };
  if (isPromiseLike(events)) letGo(events);
  if (isPromiseLike(result)) letGo(result);
  const accepted = events === undefined ? [] : Array.isArray(events) ? events : [events];
  return { accepted: accepted as readonly EventInput[], result: copyResult(command, result) };
}

/** @throws RefoldError `COMMAND_FAILED` for a result that is too long or not plain JSON */
function copyResult(command: string, result: unknown): Json | undefined {
  if (result === undefined) return undefined;
  let copy: Json;
  try {
    copy = copyPayload(result, 'result', true);
  } catch (cause) {
    if (!isInstance(cause, PayloadRefused)) throw cause;
    throw badDecision(command, `its decide gave a result that holds ${cause.message} at ${cause.at}`, cause);
  }
  const bytes = Buffer.byteLength(JSON.stringify(copy));
  if (bytes <= RESULT_BYTES) return copy;
  throw badDecision(command, `its decide gave a result of ${bytes} bytes of JSON; ${RESULT_BYTES} are allowed`);
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

/** An outcome as the log keeps it. */
export function serialiseOutcome(outcome: CommandOutcome): string {
  if (outcome.status === 'rejected') return JSON.stringify(outcome);
  // The same text as JSON.stringify gives, but faster: this runs for each command with an id.
  const { firstSequence, lastSequence, recordedAt } = outcome.commit;
  const commit = `{"firstSequence":${firstSequence},"lastSequence":${lastSequence},"recordedAt":${recordedAt}}`;
  const result = outcome.result === undefined ? '' : `,"result":${JSON.stringify(outcome.result)}`;
  return `{"status":"accepted","commit":${commit}${result}}`;
}

/** The inverse of `serialiseOutcome`. The log's checksum protects the text. */
export function parseOutcome(text: string): CommandOutcome {
  const outcome = JSON.parse(text) as CommandOutcome;
  if (outcome.status === 'accepted') freezeJson(outcome.result);
  return outcome;
}

/**
 * What `append` answers when it has a `commandId`.
 *
 * @throws RefoldError `INVALID_OPTION` when the `commandId` belongs to a command that was rejected
 */
export function committed(outcome: CommandOutcome): Commit {
  if (outcome.status === 'accepted') return outcome.commit;
  throw new RefoldError('INVALID_OPTION', 'Cannot append: the commandId is that of a command that was rejected', {
    type: 'commandId',
    hint: 'Use a fresh commandId for each append and each command',
  });
}
