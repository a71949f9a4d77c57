/** Effects on sets. */
import { z } from 'zod';
import { bytes, type EffectGroup, type OnKey, onKey, texts } from '../catalog.ts';
import { denseDelete, denseSet, MAX_ENTRIES } from '../dense.ts';
import {
  collectionAt,
  type Database,
  databaseOf,
  ENTRY_SIZE,
  newSet,
  removeKey,
  resize,
  sizeOfText,
} from '../key-space.ts';
import type { Members } from '../values.ts';

export type SetEffects = {
  /** The member is in the set, which is created if it is not there. */
  readonly SetMemberAdded: OnKey & { readonly member: string };
  readonly SetMembersAdded: OnKey & { readonly members: readonly string[] };
  readonly SetMemberRemoved: OnKey & { readonly member: string };
  readonly SetMembersRemoved: OnKey & { readonly members: readonly string[] };
  /** The member left its set, and is in the other one. */
  readonly SetMemberMoved: OnKey & { readonly member: string; readonly toKey: string };
};

export const setEffects: EffectGroup<SetEffects> = {
  events: {
    SetMemberAdded: z.object({ ...onKey, member: bytes }),
    SetMembersAdded: z.object({ ...onKey, members: texts }),
    SetMemberRemoved: z.object({ ...onKey, member: bytes }),
    SetMembersRemoved: z.object({ ...onKey, members: texts }),
    SetMemberMoved: z.object({ ...onKey, member: bytes, toKey: bytes }),
  },
  reducers: {
    SetMemberAdded: (space, { db, key, member }) => addMembers(databaseOf(space, db), key, [member]),
    SetMembersAdded: (space, { db, key, members }) => addMembers(databaseOf(space, db), key, members),
    SetMemberRemoved: (space, { db, key, member }) => removeMembers(databaseOf(space, db), key, [member]),
    SetMembersRemoved: (space, { db, key, members }) => removeMembers(databaseOf(space, db), key, members),
    SetMemberMoved: (space, { db, key, member, toKey }) => {
      const database = databaseOf(space, db);
      const source = collectionAt<Members>(database, key, 'set');
      if (source?.members.slots.has(member) !== true || key === toKey) return;
      const target = collectionAt<Members>(database, toKey, 'set', newSet);
      if (target === undefined || target.members.keys.length >= MAX_ENTRIES) return;
      addMembers(database, toKey, [member]);
      removeMembers(database, key, [member]);
    },
  },
};

function addMembers(database: Database, key: string, members: readonly string[]): void {
  if (members.length === 0) return;
  const set = collectionAt<Members>(database, key, 'set', newSet);
  if (set === undefined) return;
  for (const member of members) {
    if (set.members.keys.length >= MAX_ENTRIES) return;
    if (denseSet(set.members, member, true)) resize(database, set, sizeOfMember(member));
  }
}

function removeMembers(database: Database, key: string, members: readonly string[]): void {
  const set = collectionAt<Members>(database, key, 'set');
  if (set === undefined) return;
  for (const member of members) {
    if (denseDelete(set.members, member)) resize(database, set, -sizeOfMember(member));
  }
  if (set.members.keys.length === 0) removeKey(database, key);
}

function sizeOfMember(member: string): number {
  return sizeOfText(member) + ENTRY_SIZE;
}
