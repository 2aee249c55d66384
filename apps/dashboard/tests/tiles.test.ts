import { describe, expect, it } from 'vitest';
import { tiles } from '../src/parts/summary/figures';
import type * as wire from '../src/wire/wire';

describe('the tile of decisions', () => {
  const decisions = (row: wire.ProjectRow, attention: readonly wire.AttentionRow[]) =>
    tiles({ row, attention, at: 0, named: () => 'CR-2' }).find(({ title }) => title === 'Decisions');

  it('counts what waits for somebody', () => {
    expect(decisions({ approvalsWaiting: 2, decisionsOpen: 1 }, [])).toMatchObject({
      value: '3',
      reason: '2 approvals and 1 question',
    });
    expect(decisions({}, [])).toMatchObject({ value: '0', reason: 'Nothing waits for anybody' });
  });
  it('says which request has expired, where nothing else waits', () => {
    expect(decisions({}, [{ class: 'digest', reason: 'approvalExpired' }])).toMatchObject({
      status: { kind: 'watch' },
      value: '0',
      reason: 'CR-2 request has expired',
    });
  });
});
