import { expect, test } from 'vitest';
import { log, shown } from '../../../../src/studio/page/moment/place.ts';
import { zone, zoneName } from '../../../../src/studio/page/moment/zone.ts';

const logOf = (...zones: (string | undefined)[]) =>
  ({ views: zones.map((zone, at) => ({ name: `${at}`, panes: [], ...(zone !== undefined && { zone }) })) }) as never;
const momentOf = (zone?: string) => ({ view: { zone } }) as never;

test('the page has the zone of the log before a view is opened, and keeps that of the view', () => {
  expect(zone.value).toBe('UTC');
  log.value = logOf(undefined, 'No/Zone', 'America/New_York', 'Europe/Berlin');
  expect(zone.value).toBe('America/New_York');
  shown.value = momentOf('Asia/Tokyo');
  expect(zone.value).toBe('Asia/Tokyo');
  shown.value = momentOf('No/Zone');
  expect(zone.value).toBe('Asia/Tokyo');
  shown.value = undefined;
  expect(zone.value).toBe('Asia/Tokyo');
  expect(zoneName(zone.value)).toBe('Tokyo');
});
