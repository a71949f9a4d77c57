/**
 * A dialog over the page. It has the focus before the next key comes. The browser keeps the focus in it, gives it back, and closes
 * it on Escape.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { close } from './opened.ts';

interface Props {
  readonly label: string;
  readonly testid: string;
  readonly children: ComponentChildren;
}

export function Dialog({ label, testid, children }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);
  /** One that was taken off the page says that it closes too, when another may be open. */
  const closed = (): void => {
    if (dialog.current !== null) close();
  };
  const press = ({ target }: PointerEvent): void => {
    if (target === dialog.current) close(); // the ground around it
  };
  return (
    <dialog
      ref={dialog}
      class="hp-dialog"
      aria-label={label}
      data-testid={testid}
      onClose={closed}
      onPointerDown={press}
    >
      <div class="hp-content">{children}</div>
    </dialog>
  );
}
