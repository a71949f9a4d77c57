/** Snapshots and compactions in the background. */
export interface Saving {
  /** When the last snapshot was made, in ms since the epoch. */
  readonly lastSaveAt: number;
  /** BGSAVE. Gives the status to reply. @param isScheduled waits for other work. @throws CommandError while one runs */
  backgroundSave(isScheduled: boolean): string;
  /** SAVE. @throws CommandError */
  save(): Promise<void>;
  /** BGREWRITEAOF. Gives the status to reply. @throws CommandError while one runs */
  backgroundRewrite(): string;
}

/** What commands may ask of the store's file. */
export interface Persistence {
  readonly saving: Saving;
  /** Drops the state and builds it again. @throws CommandError */
  reload(withSnapshot: boolean): Promise<void>;
}

/** SHUTDOWN. */
export interface ShutdownOptions {
  /** Undefined: as the save rules say. */
  readonly save: boolean | undefined;
  readonly force: boolean;
}
