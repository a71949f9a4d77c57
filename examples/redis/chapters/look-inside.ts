/** redis-cli looks inside, and the log tells what happened. */
import { spawnSync } from 'node:child_process';
import { openLog } from 'refold';
import type { Scene } from '../scene.ts';

export async function lookInsideChapter({ server, story }: Scene): Promise<void> {
  story.chapter(
    'Look inside',
    'The server speaks the protocol of Redis, so redis-cli works. The log has what redis-cli cannot show.',
  );
  showRedisCli(server.port, story);
  await using log = await openLog({ path: server.path });
  const counts = new Map<string, number>();
  for await (const { type } of log.events()) counts.set(type, (counts.get(type) ?? 0) + 1);
  for (const [type, count] of [...counts].sort()) story.say(`${String(count).padStart(6)} ${type}`);
  const pushed = (counts.get('ListItemPushed') ?? 0) - (counts.get('ListItemsPopped') ?? 0);
  story.check('items in the lists, by the log and by the server', pushed, await itemsIn(server));
}

async function itemsIn(server: Scene['server']): Promise<number> {
  const redis = server.connect();
  const items = (await redis.llen('journal')) + (await redis.llen('jobs'));
  redis.disconnect();
  return items;
}

function showRedisCli(port: number, story: Scene['story']): void {
  for (const command of ['DBSIZE', 'LLEN journal', 'TTL lecture:7', 'REFOLD.HISTORY lecture:7 COUNT 1']) {
    const { error, stdout } = spawnSync('redis-cli', ['-p', String(port), ...command.split(' ')], { encoding: 'utf8' });
    if (error !== undefined) {
      story.say('redis-cli is not installed here: this part is left out');
      return;
    }
    story.say(`redis-cli ${command}  →  ${stdout.trim().replaceAll('\n', ' ')}`);
  }
}
