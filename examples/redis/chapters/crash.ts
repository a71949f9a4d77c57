/** The server dies in the middle of the work, and comes back by replaying its log. */
import type { Scene } from '../scene.ts';
import { until } from '../until.ts';

/** Writes that are acknowledged before the server is killed. */
const WRITES = 2_000;

export async function crashChapter({ server, backEnds, database, story }: Scene): Promise<void> {
  story.chapter(
    'The server is killed',
    `A client writes until ${WRITES} writes are acknowledged. Then SIGKILL ends the server, in the middle of more writes. ` +
      'The next process folds the same log. Every acknowledged write has to be there.',
  );
  const writer = server.connect();
  const acknowledged: number[] = [];
  let isWriting = true;
  for (let at = 0; at < WRITES * 2; at++) {
    writer.rpush('journal', at).then(
      () => isWriting && acknowledged.push(at),
      () => {},
    );
  }
  await until(async () => (acknowledged.length >= WRITES ? true : undefined));
  isWriting = false;
  const before = server.pid;
  await server.kill();
  writer.disconnect();
  await server.restart();
  story.say(`process ${before} is dead, process ${server.pid} has the file`);
  const reader = server.connect();
  const journal = new Set(await reader.lrange('journal', 0, -1));
  story.check('acknowledged writes that are missing', 0, acknowledged.filter((at) => !journal.has(String(at))).length);
  const queries = database.queries;
  await backEnds.fetch('/getLecture/7', 20);
  story.check('the cache is warm again, without a query', queries, database.queries);
  await reader.lpush('jobs', 'job after the crash');
  const isDone = await until(async () => {
    const jobs = (await backEnds.reports()).flatMap((report) => report.jobs);
    return jobs.includes('job after the crash') ? 'done' : undefined;
  });
  story.check('the workers have connected again, and a new job is', 'done', isDone);
  reader.disconnect();
}
