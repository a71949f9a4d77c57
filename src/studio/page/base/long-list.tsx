/**
 * A list of millions of equal rows, of which those in sight are in the document. The element beneath them only scrolls: the rows
 * stand in a window that stays in sight, so they are never blank.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { ComponentChildren, HTMLAttributes, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import {
  afterScroll,
  elementHeight,
  isCondensed,
  type ListScroll,
  ROW_HEIGHT,
  type Sighted,
  scrollTopOf,
  sightedRows,
  topShowing,
  within,
} from './list-scroll.ts';
import './long-list.css';

/** Where a list is. It outlives the component. */
export class ListPlace {
  readonly rows: ReadonlySignal<number>;
  readonly viewport: Signal<number> = signal(0);
  readonly #top: Signal<number> = signal(0);
  #shown: number | undefined;
  /** What is seen of the list. */
  readonly scroll: ReadonlySignal<ListScroll> = computed(() => {
    const sizes = { rows: this.rows.value, viewport: this.viewport.value };
    return { ...sizes, top: within(sizes, this.#top.value) };
  });
  readonly sighted: ReadonlySignal<Sighted> = computed(() => sightedRows(this.scroll.value));

  constructor(rows: ReadonlySignal<number>) {
    this.rows = rows;
  }

  /** Scrolls so many px down, or up. */
  by(px: number): void {
    this.to(this.scroll.peek().top + px);
  }

  to(top: number): void {
    this.#top.value = within(this.scroll.peek(), top);
  }

  /** Brings a row into sight. */
  show(row: number): void {
    this.#shown = row;
    this.to(topShowing(this.scroll.peek(), row));
  }

  /** The list has another height. The row that was brought into sight last stays there, unless it was scrolled away. */
  resize(viewport: number): void {
    const [row, scroll] = [this.#shown, this.scroll.peek()];
    const isSeen = row !== undefined && topShowing(scroll, row) === scroll.top;
    this.viewport.value = viewport;
    if (isSeen) this.show(row);
  }
}

type Passed = 'role' | 'tabIndex' | 'aria-label' | 'aria-rowcount' | 'aria-activedescendant' | 'onKeyDown' | 'onClick';

interface Props extends Pick<HTMLAttributes<HTMLDivElement>, Passed> {
  readonly place: ListPlace;
  readonly testid: string;
  /** The rows from one up to and without another. */
  readonly rowsOf: (first: number, end: number) => ComponentChildren;
}

const LINE = 1;

export function LongList({ place, testid, rowsOf, ...attributes }: Props): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  /** Where the element was scrolled to when it was last looked at. */
  const seen = useRef(0);
  const { first, end, offset } = place.sighted.value;
  const { rows, viewport } = place.scroll.value;
  useEffect(() => {
    const list = element.current!;
    const observer = new ResizeObserver(() => place.resize(list.clientHeight));
    observer.observe(list);
    return () => observer.disconnect();
  }, [place]);
  useLayoutEffect(() => {
    const list = element.current!;
    const wanted = scrollTopOf(place.scroll.peek());
    if (Math.abs(list.scrollTop - wanted) >= 1) list.scrollTop = wanted;
    seen.current = list.scrollTop;
  });
  const scrolled = (): void => {
    const now = element.current!.scrollTop;
    if (Math.abs(now - seen.current) < 1) return;
    const before = seen.current;
    seen.current = now;
    place.to(afterScroll(place.scroll.peek(), before, now));
  };
  const wheeled = (event: WheelEvent): void => {
    // Where a px of the scrollbar is many of the list, the wheel moves the list itself.
    if (!isCondensed(place.rows.peek()) || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    place.by(event.deltaMode === LINE ? event.deltaY * ROW_HEIGHT : event.deltaY);
  };
  return (
    <div {...attributes} data-testid={testid} class="long-list" ref={element} onScroll={scrolled} onWheel={wheeled}>
      <div class="long-list-height" role="presentation" style={{ height: `${elementHeight(rows)}px` }}>
        <div class="long-list-window" role="presentation" style={{ height: `${viewport}px` }}>
          <div role="presentation" style={{ transform: `translateY(${offset}px)` }}>
            {rowsOf(first, end)}
          </div>
        </div>
      </div>
    </div>
  );
}
