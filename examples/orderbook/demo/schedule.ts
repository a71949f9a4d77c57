/** What is due when: a binary heap, smallest time first. Equal times come out in the order they were put in. */

interface Due<Value> {
  readonly at: number;
  readonly turn: number;
  readonly value: Value;
}

export class Schedule<Value> {
  readonly #heap: Due<Value>[] = [];
  #turn = 0;

  /** The time of the next value, or undefined when nothing is due any more. */
  peek(): number | undefined {
    return this.#heap[0]?.at;
  }

  push(at: number, value: Value): void {
    const heap = this.#heap;
    const due = { at, turn: this.#turn++, value };
    let index = heap.length;
    heap.push(due);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = due;
  }

  pop(): Value | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (first !== last) this.#sink(last);
    return first.value;
  }

  /** Puts `due` at the top and lets it sink to its place. */
  #sink(due: Due<Value>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, due)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = due;
  }
}

function isBefore(a: Due<unknown>, b: Due<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}
