/** What is wrong, in the order in which it matters, and the one thing that a person can do about each. Pure. */
import { count, counted } from '../base/format.ts';

/** A problem in words. */
interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What a button does: `go` to a sequence, ask the server again, or take the line away. */
export type TroubleAction =
  | { readonly does: 'go'; readonly says: string; readonly sequence: number }
  | { readonly does: 'retry' | 'dismiss'; readonly says: string };

export interface Trouble extends Told {
  readonly action?: TroubleAction;
}

interface Placed extends Told {
  readonly sequence?: number | undefined;
}

/** What is known. Absent is what is well. */
export interface Facts {
  /** The server does not answer. */
  readonly server?: Told | undefined;
  /** The wanted moment cannot be shown. */
  readonly moment?: Placed | undefined;
  /** The first event that the model cannot fold. */
  readonly broken?: Placed | undefined;
  readonly link?: Told | undefined;
  /** The process that had the log open and does not have it any more. */
  readonly lostWriter?: { readonly pid: number } | undefined;
  /** What the server says of the log. */
  readonly problems: readonly Told[];
  /** The first moment that can be shown, and the one that is shown. */
  readonly first: number;
  readonly shown: number | undefined;
}

export function troublesOf({
  server,
  moment,
  broken,
  link,
  lostWriter,
  problems,
  ...place
}: Facts): readonly Trouble[] {
  const all: Trouble[] = [];
  if (server !== undefined) all.push({ ...told(server), action: { does: 'retry', says: 'Try now' } });
  if (broken !== undefined) all.push(brokenTrouble(broken));
  if (moment !== undefined && moment.code !== broken?.code) all.push(momentTrouble(moment, place));
  if (link !== undefined) all.push({ ...told(link), action: { does: 'dismiss', says: 'Dismiss' } });
  if (lostWriter !== undefined) all.push(writerTrouble(lostWriter.pid));
  return [
    ...all,
    ...problems.slice(0, MOST_TROUBLE_LINES).map(told),
    ...moreTrouble(problems.length - MOST_TROUBLE_LINES),
  ];
}

/** Problems of the log that have a line each. */
const MOST_TROUBLE_LINES = 2;

function moreTrouble(more: number): Trouble[] {
  if (more <= 0) return [];
  return [{ code: 'MORE_PROBLEMS', message: `${counted(more, 'more problem')}`, hint: 'Run refold verify to see all' }];
}

function told({ code, message, hint }: Told): Trouble {
  return { code, message, ...(hint !== undefined && { hint }) };
}

function brokenTrouble(broken: Placed): Trouble {
  const last = (broken.sequence ?? 1) - 1;
  return {
    ...told(broken),
    hint: `States are shown up to event ${count(last)}. Mend the reducer, and start the studio again`,
  };
}

/** Why a moment cannot be shown, and where to go instead. */
export function momentTrouble(moment: Placed, { first, shown }: Pick<Facts, 'first' | 'shown'>): Trouble {
  if (moment.code === 'HISTORY_GONE')
    return { ...told(moment), action: { does: 'go', says: `Go to ${count(first)}`, sequence: first } };
  if (shown === undefined) return told(moment);
  return { ...told(moment), action: { does: 'go', says: `Back to ${count(shown)}`, sequence: shown } };
}

function writerTrouble(pid: number): Trouble {
  return {
    code: 'WRITER_GONE',
    message: `The writer, process ${pid}, ended or closed the log`,
    hint: 'What it committed is shown. The page goes on when a writer opens the log again',
    action: { does: 'dismiss', says: 'Dismiss' },
  };
}
