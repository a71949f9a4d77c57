/** A queue with workers in every back-end process. */
import type { Scene } from '../scene.ts';
import { until } from '../until.ts';

const JOBS = 200;

export async function queueChapter({ server, backEnds, story }: Scene): Promise<void> {
  story.chapter(
    'A queue with four workers',
    `${JOBS} jobs are pushed. Each process waits in BRPOP, and the server gives every job to exactly one of them.`,
  );
  const redis = server.connect();
  for (let at = 0; at < JOBS; at++) redis.lpush('jobs', `job ${at}`).catch(() => {});
  const done = await until(async () => {
    const all = (await backEnds.reports()).map(({ jobs }) => jobs);
    return all.flat().length >= JOBS ? all : undefined;
  });
  redis.disconnect();
  story.check('jobs done', JOBS, done.flat().length);
  story.check('different jobs', JOBS, new Set(done.flat()).size);
  story.say(`shares of the workers: ${done.map((jobs) => jobs.length).join(', ')}`);
}
