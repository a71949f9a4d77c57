/** Sizes within the picture of the timeline, in CSS pixels. */

/** From the top: snapshots and marks, bars, labels. */
export const PICTURE = { signs: 12, bars: 48, labels: 16 } as const;
export const CANVAS_HEIGHT: number = PICTURE.signs + PICTURE.bars + PICTURE.labels;
/** Half of the width of a sign. */
export const SIGN = 4;
/** The line of what is sealed, below the bars. */
export const SEALED_HEIGHT = 2;
/** The hatching for dropped history. */
export const DROPPED_WIDTH = 6;
