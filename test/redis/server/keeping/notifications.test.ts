import { expect, test } from 'vitest';
import { KeyspaceNotifications } from '../../../../src/redis/server/keeping/notifications.ts';
import { FakeConfig } from './fakes.ts';

test('events are published by key and by event, as the parameter asks', () => {
  const config = new FakeConfig();
  const sent: string[] = [];
  const notifications = new KeyspaceNotifications(
    config,
    (channel, message) => void sent.push(`${channel} ${message}`),
  );
  const publishedWith = (parameter: string): string[] => {
    config.set('notify-keyspace-events', parameter);
    sent.length = 0;
    notifications.notify('g', 'del', 'key', 3);
    notifications.notify('m', 'keymiss', 'key', 0);
    return [...sent];
  };
  expect(publishedWith('')).toEqual([]);
  expect(publishedWith('Ag')).toEqual([]);
  expect(publishedWith('KA')).toEqual(['__keyspace@3__:key del']);
  expect(publishedWith('Eg')).toEqual(['__keyevent@3__:del key']);
  expect(publishedWith('KE$')).toEqual([]);
  expect(publishedWith('KEgm')).toEqual([
    '__keyspace@3__:key del',
    '__keyevent@3__:del key',
    '__keyspace@0__:key keymiss',
    '__keyevent@0__:keymiss key',
  ]);
  config.set('notify-keyspace-events', 'Kn');
  expect(notifications.wantsNewKeys).toBe(true);
});
