/** Snapshots, compaction and the end of the server, as commands see them. */

export interface Persistence {
  /** When the last snapshot was made, in ms since the epoch. */
  readonly lastSaveAt: number;
  readonly isSaving: boolean;
  readonly isRewriting: boolean;
  /** Takes a snapshot while writes go on. Only one at a time. @throws CommandError */
  save(): Promise<void>;
  /** Takes a snapshot, seals blocks, and drops history that is not wanted. Only one at a time. @throws CommandError */
  rewrite(): Promise<void>;
  /** Drops the state and builds it again from the log. @throws CommandError when that is not possible */
  reload(): Promise<void>;
  /** Ends the server. @param saves whether a snapshot is taken before */
  shutDown(saves: boolean): Promise<void>;
}
