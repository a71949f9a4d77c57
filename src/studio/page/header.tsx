/** The first line: which log this is, how large, and whether it grows. */
import { CircleHelp, Moon, Sun } from 'lucide';
import type { JSX } from 'preact';
import { bytes, count, counted, dateTime, duration, fileName } from './base/format.ts';
import { Icon } from './base/icon.tsx';
import { safeLine } from './base/safe-text.ts';
import { theme } from './base/settings.ts';
import { runAction } from './moment/actions.ts';
import { goToEnd, isLive, rate, unseen } from './moment/live.ts';
import { log, trouble } from './moment/place.ts';
import { zone, zoneName } from './moment/zone.ts';

export function Header(): JSX.Element {
  const { path, model, events, totalBytes } = log.value!;
  return (
    <header>
      <h1>{safeLine(fileName(path))}</h1>
      {model !== undefined && <span class="quiet">{safeLine(model)}</span>}
      <span>
        <b data-testid="header-count" data-count={events}>
          {count(events)}
        </b>{' '}
        {events === 1 ? 'event' : 'events'}
      </span>
      <span class="quiet">{spanOf(log.value!)}</span>
      <span class="quiet">{bytes(totalBytes)}</span>
      <Live />
      <span class="gap" />
      <button type="button" title="Dark or light (t)" aria-label="Dark or light" onClick={() => runAction('theme')}>
        <Icon of={theme.value === 'dark' ? Sun : Moon} />
      </button>
      <button type="button" title="Keys (?)" aria-label="Keys" onClick={() => runAction('help')}>
        <Icon of={CircleHelp} />
      </button>
    </header>
  );
}

function spanOf({ firstRecordedAt, lastRecordedAt }: NonNullable<typeof log.value>): string {
  if (firstRecordedAt === undefined || lastRecordedAt === undefined) return 'no events yet, waiting';
  const first = `${dateTime(firstRecordedAt, zone.value)} ${zoneName(zone.value)}`;
  return `${first} + ${duration(lastRecordedAt - firstRecordedAt)}`;
}

function Live(): JSX.Element {
  return (
    <span class="live" data-testid="live" data-live={isLive.value} data-unseen={unseen.value}>
      <i class={isLive.value ? 'dot on' : 'dot'} />
      {liveWords()}
      {unseen.value > 0 && (
        <button type="button" class="new" onClick={goToEnd}>
          {count(unseen.value)} new
        </button>
      )}
    </span>
  );
}

function liveWords(): string {
  if (trouble.value !== undefined) return 'the studio does not answer, trying again';
  if (!isLive.value) return 'not following';
  if (rate.value > 0) return `${counted(Math.round(rate.value), 'event')}/s`;
  return log.value!.writer === undefined ? 'no writer' : 'a writer is there';
}
