// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { grouped, groupingOf } from './grouping';
import type { Ticket } from './rulebook';

const ticket = (number: number, values: Partial<Ticket>) => ({ id: String(number), number, ...values }) as Ticket;
const shape = ({ rows, groups }: ReturnType<typeof grouped>) => groups.map(g => [g.value, ...rows.slice(g.start, g.start + g.count).map(r => r.number)]);

describe('tickets in groups', () => {
  it('have priorities in their order and keep the order of the list within', () => {
    const rows = [ticket(1, { priority: 'low' }), ticket(2, { priority: 'urgent' }), ticket(3, { priority: 'low' }), ticket(4, { priority: 'high' })];
    expect(shape(grouped(rows, 'priority', []))).toEqual([['urgent', 2], ['high', 4], ['low', 1, 3]]);
  });
  it('have statuses in the order of the workflow, and those it does not know after them', () => {
    const rows = [ticket(1, { status: 'gone' }), ticket(2, { status: 'done' }), ticket(3, { status: 'new' })];
    expect(shape(grouped(rows, 'status', ['new', 'done']))).toEqual([['new', 3], ['done', 2], ['gone', 1]]);
  });
  it('have what has no value last, and others as they come', () => {
    const rows = [ticket(1, { assigneeId: null }), ticket(2, { assigneeId: 'b' }), ticket(3, { assigneeId: 'a' }), ticket(4, { assigneeId: null })];
    expect(shape(grouped(rows, 'assigneeId', []))).toEqual([['b', 2], ['a', 3], [null, 1, 4]]);
  });
  it('are nothing of nothing', () => { expect(grouped([], 'type', [])).toEqual({ rows: [], groups: [] }); });
});

describe('what a list is grouped by', () => {
  it.each([['priority', 'status', 'priority'], [undefined, 'status', 'status'], ['none', 'status', null], ['nonsense', null, null], [undefined, undefined, null]] as const)('%s in the address, %s in the view: %s', (inAddress, ofView, is) => {
    expect(groupingOf(inAddress, ofView)).toBe(is);
  });
});
