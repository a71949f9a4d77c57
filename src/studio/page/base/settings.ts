/** What a person sets once: theme, colours, panes, keys. It lives in localStorage, which never holds values of the log. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';

export interface Settings {
  readonly theme: 'dark' | 'light' | 'system';
  readonly eyes: 'usual' | 'blue-orange';
  /** Whether keys without Ctrl, ⌘ or Alt do something. */
  readonly singleKeys: boolean;
  /** Sizes of panes in pixels, by name. */
  readonly panes: Readonly<Record<string, number>>;
}

const SETTINGS_PLACE = 'refold.studio';
const USUAL: Settings = { theme: 'system', eyes: 'usual', singleKeys: true, panes: {} };

export const settings: Signal<Settings> = signal(read());

export function change(part: Partial<Settings>): void {
  settings.value = { ...settings.value, ...part };
  try {
    localStorage.setItem(SETTINGS_PLACE, JSON.stringify(settings.value));
  } catch {
    // A full or forbidden storage costs the memory of settings, and nothing else.
  }
}

function read(): Settings {
  try {
    const { theme, eyes, singleKeys, panes } = JSON.parse(
      localStorage.getItem(SETTINGS_PLACE) ?? '{}',
    ) as Partial<Settings>;
    return {
      theme: theme === 'dark' || theme === 'light' ? theme : USUAL.theme,
      eyes: eyes === 'blue-orange' ? eyes : USUAL.eyes,
      singleKeys: singleKeys !== false,
      panes: Object.fromEntries(Object.entries(panes ?? {}).filter(([, size]) => Number.isFinite(size))),
    };
  } catch {
    return USUAL;
  }
}

const lightScheme = matchMedia('(prefers-color-scheme: light)');
const prefersLight = signal(lightScheme.matches);

/** The theme that is shown now. */
export const theme: ReadonlySignal<'dark' | 'light'> = computed(() => {
  const { theme } = settings.value;
  return theme === 'system' ? (prefersLight.value ? 'light' : 'dark') : theme;
});

/** Writes theme and colours to the document, now and whenever they change. */
export function applySettings(): void {
  lightScheme.addEventListener('change', () => (prefersLight.value = lightScheme.matches));
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    document.documentElement.dataset.eyes = settings.value.eyes;
  });
}

/** Whether things may move by themselves. */
export function mayMove(): boolean {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}
