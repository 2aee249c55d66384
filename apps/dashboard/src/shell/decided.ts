import type * as wire from '../wire/wire';

/** What happened to the subject of a mark: "CR-2 was approved". */
export const DECIDED: Readonly<Record<wire.TimelineMark, string>> = {
  none: '',
  decisionMade: 'was decided',
  decisionRecorded: 'was recorded',
  changeApproved: 'was approved',
  changeRefused: 'was refused',
  changeImplemented: 'was implemented',
  approvalGranted: 'was approved',
  approvalDenied: 'was refused',
  riskAccepted: 'was accepted',
  riskMaterialized: 'has happened',
};
