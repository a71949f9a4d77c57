/** The thread that looks for the facts of a completion. It reads files, and runs the model's module. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FactQuestion } from './facts.ts';
import { findFacts } from './find-facts.ts';

parentPort!.postMessage(await findFacts(workerData as FactQuestion));
