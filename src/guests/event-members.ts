/** The members of a recorded event, which are those of a line of JSON too. */
export const EVENT_MEMBERS: readonly string[] = [
  'sequence',
  'recordedAt',
  'type',
  'version',
  'data',
  'meta',
  'commandId',
];
