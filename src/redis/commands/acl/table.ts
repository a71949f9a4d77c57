/** ACL: who may do what. */
import type { CommandRow } from '../../calls/command.ts';
import { rowsOf } from '../../calls/rows.ts';
import {
  aclCat,
  aclDeluser,
  aclDryrun,
  aclGenpass,
  aclGetuser,
  aclHelp,
  aclList,
  aclLoad,
  aclLog,
  aclSave,
  aclSetuser,
  aclUsers,
  aclWhoami,
} from './acl.ts';

const row = rowsOf('server');

export const ACL_COMMANDS: readonly CommandRow[] = [
  row('acl|cat', -2, 'noscript loading stale sentinel', '', [], '6.0.0', aclCat),
  row('acl|deluser', -3, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclDeluser),
  row('acl|dryrun', -4, 'admin noscript loading stale sentinel', '', [], '7.0.0', aclDryrun),
  row('acl|genpass', -2, 'noscript loading stale sentinel', '', [], '6.0.0', aclGenpass),
  row('acl|getuser', 3, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclGetuser),
  row('acl|help', 2, 'loading stale sentinel', '', [], '6.0.0', aclHelp),
  row('acl|list', 2, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclList),
  row('acl|load', 2, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclLoad),
  row('acl|log', -2, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclLog),
  row('acl|save', 2, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclSave),
  row('acl|setuser', -3, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclSetuser),
  row('acl|users', 2, 'admin noscript loading stale sentinel', '', [], '6.0.0', aclUsers),
  row('acl|whoami', 2, 'noscript loading stale sentinel', '', [], '6.0.0', aclWhoami),
  row('acl', -2, 'sentinel', '', [], '6.0.0', undefined),
];
