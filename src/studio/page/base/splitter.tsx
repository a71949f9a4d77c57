/** A hairline between two panes: drag it, or move it with the arrow keys. Its place is remembered. */
import type { JSX } from 'preact';
import { change, settings } from './settings.ts';
import './splitter.css';

interface Props {
  /** Names the pane whose size it changes. */
  readonly pane: string;
  readonly label: string;
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  /** Whether the pane grows to the left or up. */
  readonly isReversed?: boolean;
  /** Whether it lies between panes that are above each other. */
  readonly isFlat?: boolean;
}

/** The size of a pane in pixels. */
export function paneSize({ pane, usual, least, most }: Omit<Props, 'label'>): number {
  return Math.min(most, Math.max(least, settings.value.panes[pane] ?? usual));
}

const STEP = 16;

export function Splitter(props: Props): JSX.Element {
  const { label, least, most, isReversed = false, isFlat = false } = props;
  const sign = isReversed ? -1 : 1;
  const resize = (size: number): void => {
    const panes = { ...settings.value.panes, [props.pane]: Math.min(most, Math.max(least, Math.round(size))) };
    change({ panes });
  };
  const drag = (down: PointerEvent): void => {
    const line = down.currentTarget as HTMLElement;
    const [start, place] = [paneSize(props), isFlat ? down.clientY : down.clientX];
    const move = (event: PointerEvent): void =>
      resize(start + sign * ((isFlat ? event.clientY : event.clientX) - place));
    line.setPointerCapture(down.pointerId);
    line.addEventListener('pointermove', move);
    line.addEventListener('lostpointercapture', () => line.removeEventListener('pointermove', move), { once: true });
  };
  const keys: Readonly<Record<string, number>> = isFlat
    ? { ArrowUp: -1, ArrowDown: 1 }
    : { ArrowLeft: -1, ArrowRight: 1 };
  const press = (event: KeyboardEvent): void => {
    const direction = keys[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    resize(paneSize(props) + sign * direction * STEP);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is not a line of text
    <div
      class={isFlat ? 'splitter flat' : 'splitter'}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={isFlat ? 'horizontal' : 'vertical'}
      aria-valuenow={paneSize(props)}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={drag}
      onKeyDown={press}
    />
  );
}
