/** Commands: from a wish and the present state to events or a rejection, and how an outcome is remembered. */
import type { z } from 'zod';
import { messageOf, RefoldError } from '../core/errors.ts';
import type { Commit, EventInput, EventMeta } from '../core/event.ts';
import { inspectInput } from '../core/guard.ts';
import { type CommandDefinition, isRejection, type Model, type Rejection } from '../core/model.ts';
import { describeIssues, refusalOf } from './intake.ts';

/**
 * What a command came to. A command that decided on no events is accepted with an empty commit: its `lastSequence` is
 * one less than its `firstSequence`.
 */
export type CommandOutcome =
  | { readonly status: 'accepted'; readonly commit: Commit }
  | { readonly status: 'rejected'; readonly code: string; readonly message: string };

/** What was decided, before the log has it. */
export type Verdict = { readonly accepted: readonly EventInput[] } | { readonly rejected: Rejection };

export interface DecisionContext {
  readonly state: object;
  readonly now: number;
  readonly sequence: number;
  readonly meta: EventMeta | undefined;
}

/**
 * Parses the input and runs `decide`.
 *
 * @throws RefoldError `INVALID_OPTION` for an unknown command, `EVENT_REJECTED` for input that does not fit or a schema that
 * throws, `COMMAND_FAILED` when `decide` throws or gives something that is no decision
 */
export function decideCommand(model: Model, name: string, input: unknown, context: DecisionContext): Verdict {
  const command = commandOf(model, name);
  const parsed = parseInput(command, name, input);
  const { state, now, sequence, meta } = context;
  const decision = runDecide(name, () => command.decide(state as never, parsed as never, { now, sequence }));
  if (isRejection(decision)) return { rejected: decision };
  const events: readonly EventInput[] = Array.isArray(decision) ? decision : [decision];
  return { accepted: meta === undefined ? events : events.map((event) => ({ ...event, meta: event.meta ?? meta })) };
}

function commandOf(model: Model, name: string): CommandDefinition<any, any, any> {
  const commands: Record<string, CommandDefinition<any, any, any>> = model.commands ?? {};
  if (Object.hasOwn(commands, name)) return commands[name]!;
  const known = Object.keys(commands).join(', ') || 'none';
  const message = `Cannot execute: the model ${model.name} has no command ${name}`;
  throw new RefoldError('INVALID_OPTION', message, { type: name, hint: `The commands are: ${known}` });
}

function parseInput(command: CommandDefinition<any, any, any>, name: string, input: unknown): unknown {
  try {
    inspectInput(input, 'input');
  } catch (error) {
    throw refusalOf(error, { type: name }, 'execute');
  }
  const result = safeParse(command.input, name, input);
  if (result.success) return result.data;
  const { issues } = result.error;
  const message = `Cannot execute ${name}: its input does not fit the schema: ${describeIssues(issues)}`;
  throw new RefoldError('EVENT_REJECTED', message, { type: name, issues, hint: 'Correct the input' });
}

/** A schema may throw by itself, in a transform or because it wants to be asynchronous. */
function safeParse(schema: z.ZodType, name: string, input: unknown): ReturnType<z.ZodType['safeParse']> {
  try {
    return schema.safeParse(input);
  } catch (cause) {
    throw new RefoldError(
      'EVENT_REJECTED',
      `Cannot execute ${name}: the schema of its input threw: ${messageOf(cause)}`,
      {
        type: name,
        cause,
        hint: 'Schemas must be synchronous and must not throw',
      },
    );
  }
}

function runDecide(name: string, decide: () => unknown): unknown {
  let decision: unknown;
  try {
    decision = decide();
  } catch (cause) {
    throw badDecision(name, `its decide threw: ${messageOf(cause)}`, cause);
  }
  if (typeof decision === 'object' && decision !== null && !('then' in decision)) return decision;
  throw badDecision(name, `its decide gave ${decision === null ? 'null' : typeof decision}`);
}

function badDecision(name: string, problem: string, cause?: unknown): RefoldError {
  return new RefoldError('COMMAND_FAILED', `Cannot execute ${name}: ${problem}`, {
    type: name,
    cause,
    hint: "decide gives events, an array of events, or reject('CODE', 'why'), synchronously; nothing was appended",
  });
}

const LONGEST_COMMAND_ID = 200;

/** @throws RefoldError `INVALID_OPTION` */
export function requireCommandId(commandId: unknown): void {
  if (
    typeof commandId === 'string' &&
    commandId !== '' &&
    commandId.length <= LONGEST_COMMAND_ID &&
    commandId.isWellFormed()
  )
    return;
  throw new RefoldError('INVALID_OPTION', 'Cannot execute: the commandId is not a text of 1 to 200 characters', {
    type: 'commandId',
    hint: 'Use a UUID, or another text that a retry will repeat',
  });
}

/** An outcome as the log keeps it. */
export function serialiseOutcome(outcome: CommandOutcome): string {
  return JSON.stringify(outcome);
}

/** The inverse of `serialiseOutcome`; the log's checksum vouches for the text. */
export function parseOutcome(text: string): CommandOutcome {
  return JSON.parse(text);
}
