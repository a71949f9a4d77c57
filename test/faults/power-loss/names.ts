/** Files in the folder of the traced log. */
export const LOG_NAME = 'log.db';
/** What was issued and what acknowledged. */
export const MARKS_NAME = 'marks';
