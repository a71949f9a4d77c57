/** The clock of a simulated world. While it is installed, the engine also measures durations with it. */
class VirtualTime {
  now = 0;

  set(now: number): void {
    this.now = now;
    this.#elapsed = 0;
  }

  #elapsed = 0;

  /** The clock may step back. The elapsed time never decreases. */
  step(by: number): void {
    this.now += by;
    this.#elapsed += Math.max(0, by);
  }

  #isInstalled = false;

  /** The engine reads `performance` to decide when to pause. In a world, this must depend only on the seed. */
  install(): void {
    this.#isInstalled = true;
  }

  /** The result of `performance.now`. */
  read(real: () => number): number {
    return this.#isInstalled ? this.#elapsed : real.call(performance);
  }
}

export const virtualTime = new VirtualTime();

// Replaced on the prototype, before the engine is loaded: the engine takes `now` from there, safe from fake
// timers.
const clock = Object.getPrototypeOf(performance) as { now: () => number };
const real = clock.now;
clock.now = () => virtualTime.read(real);
