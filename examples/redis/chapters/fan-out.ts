/** News reach every back-end process. */
import type { Scene } from '../scene.ts';
import { until } from '../until.ts';

export async function fanOutChapter({ server, backEnds, story }: Scene): Promise<void> {
  story.chapter(
    'News for everybody',
    'One PUBLISH reaches every process that has subscribed. Messages are not in the log.',
  );
  const redis = server.connect();
  story.check('receivers of PUBLISH', backEnds.count, await redis.publish('news', 'a new lecture'));
  redis.disconnect();
  const received = await until(async () => {
    const all = (await backEnds.reports()).flatMap(({ news }) => news);
    return all.length >= backEnds.count ? all : undefined;
  });
  story.check('messages received', backEnds.count, received.length);
}
