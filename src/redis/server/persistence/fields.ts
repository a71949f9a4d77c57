/** What INFO reports about persistence. */
import type { Fields } from '../info/info.ts';

/** A piece of work that goes on in the background: a snapshot, or a compaction. */
export interface BackgroundWork {
  /** When it began, in ms since the epoch; undefined while none runs. */
  readonly since: number | undefined;
  /** How long the last one took, in ms. */
  readonly lastMs: number | undefined;
  readonly hasFailed: boolean;
  /** How many ended well. */
  readonly done: number;
}

/** What is known of snapshots and compactions. */
export interface SavingFacts {
  readonly changesSinceSave: number;
  /** When the last snapshot was made, in ms since the epoch. */
  readonly lastSaveAt: number;
  readonly save: BackgroundWork;
  readonly rewrite: BackgroundWork;
  readonly isRewriteScheduled: boolean;
  /** Bytes of the log after the last compaction, or at the start. */
  readonly baseBytes: number;
}

export interface PersistenceFacts extends SavingFacts {
  readonly isLoading: boolean;
  readonly isWriteFailing: boolean;
  readonly isAppendOnly: boolean;
  /** Bytes of the log now. */
  readonly logBytes: number;
  readonly queuedBytes: number;
  readonly keysLoaded: number;
  /** How far loading is; undefined before it has told. */
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  /** When loading began, in ms since the epoch. */
  readonly loadingSince: number;
}

export function persistenceFields(facts: PersistenceFacts, now: number): Fields {
  const { save, rewrite } = facts;
  return [
    ['loading', facts.isLoading ? 1 : 0],
    ['async_loading', 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', '0.00'],
    ['current_save_keys_processed', 0],
    ['current_save_keys_total', 0],
    ['rdb_changes_since_last_save', facts.changesSinceSave],
    ['rdb_bgsave_in_progress', save.since === undefined ? 0 : 1],
    ['rdb_last_save_time', Math.floor(facts.lastSaveAt / 1000)],
    ['rdb_last_bgsave_status', save.hasFailed ? 'err' : 'ok'],
    ['rdb_last_bgsave_time_sec', seconds(save.lastMs)],
    ['rdb_current_bgsave_time_sec', seconds(save.since && now - save.since)],
    ['rdb_saves', save.done],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', 0],
    ['rdb_last_load_keys_loaded', facts.keysLoaded],
    ['aof_enabled', facts.isAppendOnly ? 1 : 0],
    ['aof_rewrite_in_progress', rewrite.since === undefined ? 0 : 1],
    ['aof_rewrite_scheduled', facts.isRewriteScheduled ? 1 : 0],
    ['aof_last_rewrite_time_sec', seconds(rewrite.lastMs)],
    ['aof_current_rewrite_time_sec', seconds(rewrite.since && now - rewrite.since)],
    ['aof_last_bgrewrite_status', rewrite.hasFailed ? 'err' : 'ok'],
    ['aof_rewrites', rewrite.done],
    ['aof_rewrites_consecutive_failures', rewrite.hasFailed ? 1 : 0],
    ['aof_last_write_status', facts.isWriteFailing ? 'err' : 'ok'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
    ...(facts.isAppendOnly ? logFields(facts) : []),
    ...(facts.isLoading ? loadingFields(facts, now) : []),
  ];
}

function logFields(facts: PersistenceFacts): Fields {
  return [
    ['aof_current_size', facts.logBytes],
    ['aof_base_size', facts.baseBytes],
    ['aof_pending_rewrite', 0],
    ['aof_buffer_length', facts.queuedBytes],
    ['aof_pending_bio_fsync', 0],
    ['aof_delayed_fsync', 0],
  ];
}

/** Bytes stand for events: the store counts these. */
function loadingFields({ progress, loadingSince }: PersistenceFacts, now: number): Fields {
  const { done, total } = progress ?? { done: 0, total: 0 };
  const share = total === 0 ? 0 : done / total;
  const eta = share === 0 ? 1 : ((now - loadingSince) / share - (now - loadingSince)) / 1000;
  return [
    ['loading_start_time', Math.floor(loadingSince / 1000)],
    ['loading_total_bytes', total],
    ['loading_rdb_used_mem', 0],
    ['loading_loaded_bytes', done],
    ['loading_loaded_perc', (share * 100).toFixed(2)],
    ['loading_eta_seconds', Math.round(eta)],
  ];
}

function seconds(ms: number | undefined): number {
  return ms === undefined ? -1 : Math.floor(ms / 1000);
}
