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

  /** The engine looks at `performance.now` to decide when to pause: in a world it must decide by the seed. */
  install(): void {
    performance.now = () => this.#elapsed;
  }
}

export const virtualTime = new VirtualTime();
