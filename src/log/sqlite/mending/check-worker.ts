/** The thread that checks a log's file, beside its writer or without one. */
import assert from 'node:assert';
import { parentPort, workerData } from 'node:worker_threads';
import type { SerializedError } from '../../../core/errors.ts';
import { type Driver, loadDriver, openConnection } from '../file/driver.ts';
import { readWitness } from '../file/witness.ts';
import { asDamage, checkStructure } from './structure.ts';

function check(driver: Driver, path: string): readonly SerializedError[] {
  const testimonies = readWitness(path);
  try {
    const connection = openConnection(driver, path, { readOnly: true });
    try {
      return checkStructure(connection, path, testimonies).map((error) => error.toJSON());
    } finally {
      connection.close();
    }
  } catch (error) {
    return [asDamage(error, path).toJSON()];
  }
}

assert(parentPort, 'a check runs in a thread of its own');
parentPort.postMessage(check(await loadDriver(), workerData as string));
