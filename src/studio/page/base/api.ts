/**
 * Asks the studio's server: one JSON object, JSON lines as they come, or bytes. The key lives in this tab only.
 *
 * Every failure is a `StudioProblem`: what the server said, or `SERVER_GONE` where it could not be asked.
 */

/** What went wrong, as the server says it. */
export class StudioProblem extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** Where it went wrong, if that is an event. */
  readonly sequence: number | undefined;

  constructor({ code, message, hint, sequence }: Answered) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.sequence = sequence;
  }
}

interface Answered {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly sequence?: number | undefined;
}

export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const KEY = 'refold.key';

/** Keeps the key of the server, which the address brought or a person typed. */
export function storeKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

/** @throws StudioProblem; the signal's reason when it aborts */
export async function getJson<Answer>(route: string, params: Params, signal: AbortSignal): Promise<Answer> {
  const response = await ask(route, params, signal);
  return JSON.parse(await orGone(response.text(), signal)) as Answer;
}

/** @throws StudioProblem; the signal's reason when it aborts */
export async function getBytes(route: string, params: Params, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await ask(route, params, signal);
  return await orGone(response.arrayBuffer(), signal);
}

/**
 * Hands on each line as it comes. An error line ends it.
 *
 * @throws StudioProblem; the signal's reason when it aborts
 */
export async function getLines<Line>(
  route: string,
  params: Params,
  signal: AbortSignal,
  onLine: (line: Line) => void,
): Promise<void> {
  const response = await ask(route, params, signal);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value = '' } = await orGone(reader.read(), signal);
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onLine(lineOf<Line>(line));
    if (done) return;
  }
}

function lineOf<Line>(text: string): Line {
  const line = JSON.parse(text) as Line | { readonly error: Answered };
  if (typeof line === 'object' && line !== null && 'error' in line) throw new StudioProblem(line.error);
  return line;
}

async function ask(route: string, params: Params, signal: AbortSignal): Promise<Response> {
  const key = sessionStorage.getItem(KEY);
  const headers = key === null ? {} : { Authorization: `Bearer ${key}` };
  const response = await orGone(fetch(`/api/${route}?${queryOf(params)}`, { headers, signal }), signal);
  if (response.ok) return response;
  throw new StudioProblem((await orGone(response.json(), signal)) as Answered);
}

/** The server may end before it answers, and in the middle of an answer. */
async function orGone<Answer>(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  try {
    return await answer;
  } catch {
    signal.throwIfAborted();
    throw serverGone();
  }
}

function queryOf(params: Params): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query;
}

function serverGone(): StudioProblem {
  return new StudioProblem({
    code: 'SERVER_GONE',
    message: 'The studio does not answer',
    hint: 'Start it again in its terminal; this page goes on by itself',
  });
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** What a read threw, for a pane to show. Undefined where it was ended: by a newer one, by hand, or because the tab was hidden. */
export function problemOf(error: unknown): StudioProblem | undefined {
  if (isAbort(error)) return undefined;
  return error instanceof StudioProblem
    ? error
    : new StudioProblem({ code: 'DEFECT', message: String(error), hint: 'Please report it' });
}
