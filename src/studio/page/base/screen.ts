/** The size of the window: it may be moved to another screen, or be made larger. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

const size: Signal<ScreenSize> = signal(sizeNow());

/** In CSS pixels. */
export const screenSize: ReadonlySignal<ScreenSize> = size;

addEventListener('resize', () => (size.value = sizeNow()));

function sizeNow(): ScreenSize {
  return { width: innerWidth, height: innerHeight };
}
