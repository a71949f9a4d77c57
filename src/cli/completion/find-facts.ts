/** Finds facts for a completion in a log and in a model. It is bounded: no fact needs a long fold or a read of a whole log. */

import { loadModel } from '../../guests/load-model.ts';
import { formatPath, type Model, openLog, openPast } from '../../index.ts';
import { requireFile } from '../files.ts';
import { findModel } from '../input/find-model.ts';
import { whereIs } from '../logs.ts';
import { counted } from '../output/text.ts';
import type { FactQuestion } from './facts.ts';
import type { Candidate } from './line.ts';

/** @throws what reading the log or loading the model throws */
export async function findFacts(question: FactQuestion): Promise<readonly Candidate[]> {
  if (question.fact === 'types') return question.file === undefined ? [] : typesIn(question.file);
  const model = await modelFor(question);
  if (model === undefined) return [];
  if (question.fact === 'invariants') {
    return Object.keys(model.invariants ?? {}).map((value) => ({ value, description: 'an invariant' }));
  }
  return (await partsOf(model, question.file)).map((value) => ({ value, description: '' }));
}

async function modelFor({ model }: FactQuestion): Promise<Model | undefined> {
  const found = findModel({ option: model, environment: process.env.REFOLD_MODEL, folder: process.cwd() });
  return found && loadModel(found.specifier);
}

/** A snapshot that is larger is not read for its names, in bytes. */
const SMALL_STATE = 2 ** 20;
/** More events are not folded for the names in a state. */
const FEW_EVENTS = 5_000;

/** The names of the initial state's members, and those of the present state where it is cheap to have. */
async function partsOf(model: Model, file: string | undefined): Promise<string[]> {
  const names = new Set(Object.keys(model.initialState()));
  for (const name of file === undefined ? [] : await namesIn(model, file).catch(() => [])) names.add(name);
  return [...names].map((name) => formatPath([name]));
}

async function namesIn(model: Model, file: string): Promise<string[]> {
  await requireFile(file);
  await using past = await openPast(model, whereIs(file));
  const { first, last } = await past.range();
  const newest = (await past.keyframes()).find(({ isUsable }) => isUsable);
  if (newest !== undefined && newest.bytes > SMALL_STATE) return [];
  if (last - (newest?.sequence ?? first - 1) <= FEW_EVENTS) return Object.keys((await past.at(last)).state);
  return newest === undefined ? [] : Object.keys((await past.at(newest.sequence)).state);
}

/** Types are counted in stretches of so many events, the newest ones first. */
const STRETCH = 100_000;
/** No further stretch is begun after this time, in ms. */
const COUNTING_MS = 700;

/** The types that occur in a log. In a very large one those of its newest events, because a user is waiting. */
async function typesIn(file: string): Promise<Candidate[]> {
  await requireFile(file);
  await using log = await openLog(whereIs(file));
  const { firstSequence, lastSequence } = await log.info();
  const types = new Map<string, number>();
  const start = performance.now();
  for (let to = lastSequence; to >= firstSequence && performance.now() - start < COUNTING_MS; to -= STRETCH) {
    const stretch = await log.counts({ from: Math.max(firstSequence, to - STRETCH + 1), to });
    for (const [type, number] of Object.entries(stretch.types)) types.set(type, (types.get(type) ?? 0) + number);
  }
  return [...types].map(([value, number]) => ({ value, description: counted(number, 'event') }));
}
