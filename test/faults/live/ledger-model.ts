/** The model of the ledger alone: a projection of it could not start in a log whose history was dropped. */
export { ledgerModel } from '../judging/ledger.ts';
