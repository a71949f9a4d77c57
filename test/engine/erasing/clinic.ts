/** The model of the tests of redaction: patients with names and notes, in every place that a redaction must reach. */
import { z } from 'zod';
import { defineModel, defineProjection, type RecordedEvent, reject } from '../../../src/index.ts';

const Patient = z.object({ id: z.int(), name: z.string() });
const Note = z.object({ id: z.int(), text: z.string() });

export interface ClinicState {
  readonly patients: Map<number, { name: string; notes: string[] }>;
  visits: number;
  longest: number;
}

export const clinic = defineModel({
  name: 'clinic',
  events: {
    Admitted: {
      schema: Patient,
      tags: (data) => [`patient:${data.id}`, `name:${data.name || 'erased'}`],
      redact: (data) => ({ ...data, name: '' }),
    },
    Noted: {
      schema: Note,
      tags: (data) => [`patient:${data.id}`],
      redact: (data, meta) => ({ data: { ...data, text: '' }, ...(meta?.by !== undefined && { meta: { by: '' } }) }),
    },
    Visited: z.object({ count: z.int() }),
  },
  initialState: (): ClinicState => ({ patients: new Map(), visits: 0, longest: 0 }),
  reducers: {
    Admitted: (state, { id, name }) => {
      state.patients.set(id, { name, notes: [...(state.patients.get(id)?.notes ?? [])] });
      state.longest = Math.max(state.longest, name.length);
    },
    Noted: (state, { id, text }, { meta }) => {
      if (!state.patients.has(id)) state.patients.set(id, { name: 'unknown', notes: [] });
      state.patients.get(id)?.notes.push(`${text} (${String(meta?.by ?? 'nobody')})`);
    },
    Visited: (state, { count }) => {
      state.visits += count;
    },
  },
  commands: {
    admit: {
      input: Patient,
      decide: (state, input) => {
        if (input.id < 0) return reject('NO_SUCH_PATIENT', 'There is no such patient');
        return {
          events: [{ type: 'Admitted', data: input }],
          result: { greeting: `Welcome, ${input.name}`, before: state.patients.size },
        };
      },
    },
  },
});

/** What `redact` of the clinic makes of an event: for tests that keep their own list. */
export function forgotten(event: RecordedEvent): RecordedEvent {
  const { sequence, recordedAt, type, version, meta, commandId } = event;
  const data = event.data as Record<string, unknown>;
  const id = commandId === undefined ? {} : { commandId };
  if (type === 'Admitted') return { ...event, data: { ...data, name: '' } };
  if (type !== 'Noted') return event;
  const erased = { sequence, recordedAt, type, version, data: { ...data, text: '' } };
  return { ...erased, ...(meta?.by !== undefined && { meta: { by: '' } }), ...id };
}

/** Another view, which holds words as well. */
export const names = defineProjection(clinic, {
  name: 'names',
  initialState: () => ({ all: [] as string[] }),
  reducers: { Admitted: (state, { name }) => void state.all.push(name) },
});
