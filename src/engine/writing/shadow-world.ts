/**
 * The world in which strict folding runs a reducer the second time. Its clock is a day ahead, and it notes each use of the
 * time and of random numbers.
 *
 * A reducer must use neither. Two folds of one event often run within the same millisecond, so the clock reads the same
 * in both. A clock that is a day ahead reads differently. A fold is synchronous, so the globals are back in place before any
 * other code runs.
 */
import type { Witness } from '../../fold/live-state.ts';

const AHEAD_MS = 24 * 60 * 60 * 1000 + 12_345;

export function inShadowWorld(fold: () => void): Witness {
  const seen = { readClock: false, drewNumbers: false };
  const restore = [...putClockAhead(seen), ...watchChance(seen)];
  try {
    fold();
  } finally {
    for (const undo of restore.toReversed()) undo();
  }
  return { ...seen, clockAheadMs: AHEAD_MS };
}

type Undo = () => void;

function putClockAhead(seen: { readClock: boolean }): Undo[] {
  const RealDate = globalThis.Date;
  const read = (): number => {
    seen.readClock = true;
    return RealDate.now() + AHEAD_MS;
  };
  const shifted: DateConstructor = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget): Date =>
      Reflect.construct(target, args.length === 0 ? [read()] : args, newTarget === shifted ? target : newTarget),
    apply: () => new RealDate(read()).toString(),
    get: (target, key) => (key === 'now' ? read : Reflect.get(target, key)),
  });
  return [replace(globalThis, 'Date', shifted), watch(performance, 'now', () => (seen.readClock = true))];
}

function watchChance(seen: { drewNumbers: boolean }): Undo[] {
  const note = (): boolean => (seen.drewNumbers = true);
  return [watch(Math, 'random', note), watch(crypto, 'randomUUID', note), watch(crypto, 'getRandomValues', note)];
}

function watch(holder: object, name: string, note: () => void): Undo {
  const method = (holder as Record<string, (...args: unknown[]) => unknown>)[name]!;
  return replace(holder, name, (...args: unknown[]) => {
    note();
    return method.apply(holder, args);
  });
}

/** A global that cannot be replaced stays as it is: it is frozen, or a test has replaced it. */
function replace(holder: object, name: string, value: unknown): Undo {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  const isReplaced = Reflect.defineProperty(holder, name, { value, configurable: true, writable: true });
  return () => {
    if (!isReplaced) return;
    if (before === undefined) Reflect.deleteProperty(holder, name);
    else Object.defineProperty(holder, name, before);
  };
}
