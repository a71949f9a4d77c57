/**
 * Links to what is shown, and whether an opened link is of this log.
 *
 * A link holds the hash of the state; without a model, the log's identity. It never holds the key.
 */
import { effect, type Signal, signal } from '@preact/signals';
import type { Moment } from '../../wire.ts';
import { getJson, isAbort } from '../base/api.ts';
import { count } from '../base/format.ts';
import type { Told } from '../base/problem.tsx';
import { linkedNow, linkText, openedHash } from '../moment/link.ts';
import { at, log, shown, wanted } from '../moment/place.ts';

/** Said once a link turned out to be of another log or model. */
export const linkProblem: Signal<Told | undefined> = signal(undefined);

/** The address of what is shown. @throws StudioProblem when the hash cannot be had */
export async function linkToHere(): Promise<string> {
  const { value } = log;
  const linked = linkedNow();
  const hash = value?.hasModel === true ? await hashAt(at.value, new AbortController().signal) : value?.identity;
  return `${location.origin}${location.pathname}#${linkText({ ...linked, hash })}`;
}

async function hashAt(sequence: number, abort: AbortSignal): Promise<string | undefined> {
  return (await getJson<Moment>('moment', { at: sequence, look: '[]', hash: 'yes' }, abort)).hash;
}

/** Compares the hash of an opened link with what the log has there, once the moment is shown. */
export function checkOpenedLink(): () => void {
  let controller = new AbortController();
  const stop = effect(() => {
    const hash = openedHash.value;
    const { value } = log;
    const sequence = shown.value?.sequence;
    if (hash === undefined || value === undefined || (value.hasModel && sequence !== wanted.value)) return;
    openedHash.value = undefined;
    controller.abort();
    controller = new AbortController();
    void compare(hash, sequence, value.hasModel ? undefined : (value.identity ?? hash), controller.signal);
  });
  return () => {
    stop();
    controller.abort();
  };
}

async function compare(
  hash: string,
  sequence: number | undefined,
  identity: string | undefined,
  abort: AbortSignal,
): Promise<void> {
  try {
    const here = identity ?? (await hashAt(sequence!, abort));
    linkProblem.value = here === hash ? undefined : differs(sequence);
  } catch (error) {
    if (!isAbort(error)) linkProblem.value = undefined;
  }
}

function differs(sequence: number | undefined): Told {
  const where = sequence === undefined ? '' : ` at ${count(sequence)}`;
  return {
    code: 'LINK_DIFFERS',
    message: `The link was made for something else: the log or the model${where} is not the same`,
    hint: 'Ask for the file that the link was made from',
  };
}
