/** What the file beside this one holds. Written by `make-format-2.ts`. */
export const expected = {
  sequence: 1500,
  stateHash: 'dede689a4ebecbf3866e1f867d7481778a7fc92411a53ee36461a7bc4eb957ed',
  snapshot: 1400,
} as const;
