/** Files in the folder of the traced log. */
export const LOG_NAME = 'log.db';
/** The file with the issued and acknowledged commits. */
export const MARKS_NAME = 'marks';
