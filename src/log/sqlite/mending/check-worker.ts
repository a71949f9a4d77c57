/** The thread that checks a log's file, with or without a writer. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SerializedError } from '../../../core/errors.ts';
import { serve } from '../../../threads/serving.ts';
import { type Driver, loadDriver, openConnection, readFailure } from '../file/driver.ts';
import { readWitness } from '../file/witness.ts';
import type { CheckJobs } from './check.ts';
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

await serve<CheckJobs>(
  parentPort,
  (error) => readFailure(error, 'check', workerData as string), // says nothing about the file
  async () => {
    const driver = await loadDriver();
    return { opened: undefined, jobs: { check: (path) => check(driver, path) } };
  },
);
