/** The clock of a simulated world; while it is installed, also what the engine measures durations by. */
class VirtualTime {
  now = 0;

  set(now: number): void {
    this.now = now;
    this.#elapsed = 0;
  }

  #elapsed = 0;

  /** The clock may step back; what has elapsed does not. */
  step(by: number): void {
    this.now += by;
    this.#elapsed += Math.max(0, by);
  }

  #isInstalled = false;

  /** The engine looks at `performance` to decide when to pause: in a world it must decide by the seed. */
  install(): void {
    this.#isInstalled = true;
  }

  /** What `performance.now` gives. */
  read(real: () => number): number {
    return this.#isInstalled ? this.#elapsed : real.call(performance);
  }
}

export const virtualTime = new VirtualTime();

// On the prototype, and before the engine is loaded: it takes `now` from there at once, out of the reach of fake timers.
const clock = Object.getPrototypeOf(performance) as { now: () => number };
const real = clock.now;
clock.now = () => virtualTime.read(real);
