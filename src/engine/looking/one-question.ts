/** One question about the history of a log, without a handle: opens the log, asks, and closes it. */
import type { Catalog } from '../../core/catalog.ts';
import type { CommandInputs, Model } from '../../core/model.ts';
import { requireModel } from '../../core/model-checks.ts';
import type { Path } from '../../fold/path.ts';
import { checkOptions } from '../calls/call-options.ts';
import { requireOneLog } from '../calls/log-options.ts';
import { openPast, type Past } from './past.ts';
import {
  BISECT_LOG_CHECKS,
  type BisectLogOptions,
  type PastOptions,
  REHEARSE_LOG_CHECKS,
  type RehearseLogOptions,
  WHY_LOG_CHECKS,
  type WhyLogOptions,
} from './past-options.ts';
import type { BisectReport } from './questions/bisect.ts';
import type { BisectTarget } from './questions/question.ts';
import type { RehearsalReport } from './questions/rehearsal-report.ts';
import { readPlace } from './questions/watched-place.ts';
import type { WhyReport } from './questions/why.ts';

/**
 * Why a place in the state is as it is, as `past.why` says.
 *
 * @throws RefoldError as `openPast` and `past.why` do
 */
export async function why<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  place: string | Path,
  options: WhyLogOptions,
): Promise<WhyReport> {
  requireModel('look for what changed a place', model);
  const { path, log, ...call } = checkOptions('look for what changed a place', WHY_LOG_CHECKS, options);
  const parts = readPlace(place); // read now: the caller may change it
  return ask('look for what changed a place', model, { path, log }, (past) => past.why(parts, call));
}

/**
 * The first event after which something holds, as `past.bisect` finds it.
 *
 * @throws RefoldError as `openPast` and `past.bisect` do
 */
export async function bisect<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  target: BisectTarget<State>,
  options: BisectLogOptions,
): Promise<BisectReport> {
  requireModel('bisect', model);
  const { path, log, ...call } = checkOptions('bisect', BISECT_LOG_CHECKS, options);
  return ask('bisect', model, { path, log }, (past) => past.bisect(target, call));
}

/**
 * Folds a log under two models in one pass, as `past.rehearse` does.
 *
 * @throws RefoldError as `openPast` and `past.rehearse` do
 */
export async function rehearse<State extends object, C extends Catalog, K extends CommandInputs>(
  model: Model<State, C, K>,
  next: Model<any, any, any, any>,
  options: RehearseLogOptions,
): Promise<RehearsalReport> {
  requireModel('rehearse', model);
  const { path, log, ...call } = checkOptions('rehearse', REHEARSE_LOG_CHECKS, options);
  return ask('rehearse', model, { path, log }, (past) => past.rehearse(next, call));
}

async function ask<State extends object, C extends Catalog, K extends CommandInputs, Answer>(
  what: string,
  model: Model<State, C, K>,
  source: PastOptions,
  question: (past: Past<State, C>) => Promise<Answer>,
): Promise<Answer> {
  requireOneLog(what, source);
  const past = await openPast(model, source);
  try {
    return await question(past);
  } finally {
    await past.close();
  }
}
