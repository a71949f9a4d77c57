/** A hundred users ask for the same lecture at once. */
import type { Scene } from '../scene.ts';

const USERS = 100;

export async function cacheChapter({ backEnds, database, story }: Scene): Promise<void> {
  story.chapter(
    'A hundred users, one query',
    `${USERS} requests for the same lecture reach ${backEnds.count} back-end processes at once, and the cache is cold. ` +
      'REFOLD.LEASE lets one of them ask the database. The others wait for its REFOLD.FILL.',
  );
  const answers = await backEnds.fetch('/getLecture/7', USERS);
  story.check('answers', USERS, answers.filter((answer) => answer.includes('Graphs and trees')).length);
  story.check('queries to the database', 1, database.queries);
  await backEnds.fetch('/getLecture/7', USERS);
  story.check('queries after another hundred requests', 1, database.queries);
}
