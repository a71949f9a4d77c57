/**
 * What is left to do once a redaction has taken effect: snapshots are made again, saved states too, and the files are cleaned.
 *
 * Nothing of it can fail the redaction. A failure is a warning, or what the report calls pending.
 */
import { messageOf } from '../../core/errors.ts';
import type { LogRedaction, ScrubReport } from '../../log/log-redaction.ts';
import { warnOf } from '../calls/warn.ts';
import type { Found } from './found.ts';
import type { ErasureParts, Order, Prepared } from './parts.ts';
import { writeRemade } from './refolding.ts';

const CLEAN: ScrubReport = { milliseconds: 0 };

export class Cleaning {
  readonly #parts: ErasureParts<any>;

  constructor(parts: ErasureParts<any>) {
    this.#parts = parts;
  }

  /** After a redaction. */
  async afterwards(redaction: LogRedaction, prepared: Prepared<any>, order: Order): Promise<ScrubReport> {
    const { log, fingerprint, upkeep } = this.#parts;
    await this.harmlessly(() => writeRemade(log, fingerprint, prepared.refolded.remade));
    await this.harmlessly(() => prepared.projections.save());
    if (prepared.hasModelSnapshots) await this.harmlessly(() => upkeep.takeAgain());
    return this.#clean(redaction, prepared.found, order);
  }

  /** After a call that found nothing to change. An earlier one may have left something. */
  async again(redaction: LogRedaction, found: Found, order: Order): Promise<ScrubReport> {
    const redactions = await redaction.redactions();
    return redactions.length === 0 ? CLEAN : this.#clean(redaction, found, order);
  }

  /** After an open: the process may have died during a redaction, or a reader was in the way. */
  async afterOpen(redaction: LogRedaction): Promise<void> {
    const { log, upkeep } = this.#parts;
    await this.harmlessly(async () => {
      if (log.generation?.() === 0 || (await redaction.redactions()).every(({ scrubbed }) => scrubbed)) return;
      await upkeep.alone(() => redaction.scrub());
    });
  }

  /** Does work whose failure is only a warning. */
  async harmlessly(work: () => Promise<void>): Promise<void> {
    const { log, failure } = this.#parts;
    try {
      await work();
    } catch (error) {
      failure.notice(error, log.path);
      warnOf(log, 'RefoldHousekeepingWarning', error);
    }
  }

  async #clean(redaction: LogRedaction, { parked }: Found, { tell }: Order): Promise<ScrubReport> {
    const { log, failure, reactors } = this.#parts;
    try {
      if (parked.size > 0) await reactors.forgetMessages(parked);
      return await redaction.scrub((done) => tell({ phase: 'scrub', done, total: 1 }));
    } catch (error) {
      failure.notice(error, log.path);
      return { pending: `the files could not be cleaned: ${messageOf(error)}`, milliseconds: 0 };
    }
  }
}
