/** `refold/model` runs where there is nothing but the language: no Node, no DOM. */
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import vm from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, inject, test } from 'vitest';
import { runNode } from './run.ts';

const { folder } = inject('consumer');

/** The module that the page and the server share. */
const SHARED = `
import { defineModel, Deque, descending, OrderedMap, reject } from 'refold/model';
import { z } from 'zod';

export const board = defineModel({
  name: 'board',
  events: {
    Scored: { version: 2, schema: z.object({ player: z.string(), points: z.int() }), upcast: { 1: ({ who, points }) => ({ player: who, points }) } },
  },
  initialState: () => ({ players: new Map(), ranking: new OrderedMap(descending), last: new Deque(), at: new Date(0) }),
  reducers: {
    Scored(state, { player, points }, { recordedAt }) {
      state.players.set(player, (state.players.get(player) ?? 0) + points);
      state.ranking.set(points, player);
      state.last.push(player);
      state.at = new Date(recordedAt);
    },
  },
  commands: { score: { input: z.object({ points: z.int() }), decide: () => reject('NO', 'not here') } },
});
`;

/** Appends events, and prints a state from the middle, the events after it, and the last state. */
const SERVER = `
import { openStore } from 'refold';
import { stateToJson } from 'refold/model';
import { board } from './shared.js';

const store = await openStore(board, { path: ':memory:' });
const score = (player, points) => store.append({ type: 'Scored', data: { player, points } });
await score('ada', 3);
await score('grace', 7);
const begin = stateToJson(board, store.state);
await score('ada', 9);
const events = await Array.fromAsync(store.events({ from: 3 }));
console.log(JSON.stringify({ begin, events, end: stateToJson(board, store.state) }));
await store.close();
`;

/** Goes on from the state in the middle, as a page does. */
const PAGE = `
import { applyEvent, initialStateOf, isRefoldError, stateFromJson, stateToJson } from 'refold/model';
import { board } from './shared.js';

const { begin, events } = JSON.parse(globalThis.sent);
let state = stateFromJson(board, begin);
for (const event of events) state = applyEvent(board, state, event);
globalThis.end = JSON.stringify(stateToJson(board, state));
const old = { sequence: 1, recordedAt: 5, type: 'Scored', version: 1, data: { who: 'ada', points: 3 } };
globalThis.first = JSON.stringify(stateToJson(board, applyEvent(board, initialStateOf(board), old)));
try {
  applyEvent(board, state, { ...old, type: 'Lost' });
} catch (error) {
  globalThis.refused = isRefoldError(error) ? error.code : String(error);
}
globalThis.best = state.ranking.first()[1];
`;

test('a page goes on from the state that the server sent', async () => {
  const base = await mkdtemp(join(folder, 'browser-'));
  const files = { 'shared.js': SHARED, 'server.mjs': SERVER, 'page.js': PAGE };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(base, name), text);
  const { code, stdout, stderr } = await runNode([join(base, 'server.mjs')], base);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  const build = await rolldown({
    input: join(base, 'page.js'),
    platform: 'browser',
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  const [chunk] = (await build.generate({ format: 'iife' })).output;
  const realm = vm.createContext({ sent: stdout });
  vm.runInContext(chunk.code, realm);
  const { end } = JSON.parse(stdout);
  expect(JSON.parse(realm.end)).toEqual(end);
  expect(end).toMatchObject({
    players: {
      $map: [
        ['ada', 12],
        ['grace', 7],
      ],
    },
    last: { $deque: ['ada', 'grace', 'ada'] },
  });
  expect(JSON.parse(realm.first)).toMatchObject({
    players: { $map: [['ada', 3]] },
    at: { $date: '1970-01-01T00:00:00.005Z' },
  });
  expect(realm.refused).toBe('UNKNOWN_EVENT_TYPE');
  expect(realm.best).toBe('ada');
});
