import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../../../src/index.ts';
import { outcomeOf } from './judge.ts';
import { FORGOTTEN, WORD } from './register.ts';

const event = (sequence: number, id: number, name: string): RecordedEvent => {
  return { sequence, recordedAt: 0, type: 'Entered', version: 1, data: { id, name } };
};
const before = [event(1, FORGOTTEN, WORD), event(2, 0, 'Somebody'), event(3, FORGOTTEN, WORD)];
const erased = before.map((one) => event(one.sequence, (one.data as { id: number }).id, ''));

describe('the judge of redactions', () => {
  test.each<[string, readonly RecordedEvent[], string]>([
    ['a log that is as before', before, 'before'],
    ['a log that has grown', [...before, event(4, FORGOTTEN, 'new')], 'before'],
    ['a redacted log', [erased[0]!, before[1]!, erased[2]!], 'after'],
    ['half a redaction', [erased[0]!, before[1]!, before[2]!], 'mixed'],
    ['too much of it', erased, 'mixed'],
    ['a lost event', [erased[0]!, before[1]!], 'mixed'],
    ['an event that says something else', [before[0]!, event(2, 0, 'Nobody'), before[2]!], 'mixed'],
  ])('knows %s', (_name, present, outcome) => {
    expect(outcomeOf(before, present)).toBe(outcome);
  });
});
