import { priorities, statusCategories, type Ticket } from './rulebook';

/** What tickets can be put together by: the API's list (ViewFields.PossibleGroups). */
export const groupings = ['status', 'statusCategory', 'priority', 'type', 'category', 'channel', 'customerId', 'assigneeId', 'groupId'] as const;
export type Grouping = (typeof groupings)[number];

/** Tickets with one value, beginning at `start` of the rows that `grouped` answers. `value` null = those without one. */
export interface TicketGroup { value: string | null; start: number; count: number }

/** What an address or a view says; `none` in an address overrules the view. */
export function groupingOf(inAddress: string | undefined, ofView: string | null | undefined): Grouping | null {
  return groupings.find(g => g === (inAddress ?? ofView)) ?? null;
}

/**
 * Rows with the same value together, each group in the order that the rows had. Priorities and states stand in their own order,
 * statuses in that of the workflow, everything else as it comes first; what has no value is last.
 */
export function grouped(rows: Ticket[], by: Grouping, statusKeys: string[]): { rows: Ticket[]; groups: TicketGroup[] } {
  const together = new Map<string | null, Ticket[]>();
  for (const row of rows) {
    const value = row[by] ?? null;
    const group = together.get(value);
    if (group) group.push(row); else together.set(value, [row]);
  }

  const order: readonly string[] = by === 'priority' ? priorities : by === 'statusCategory' ? statusCategories : by === 'status' ? statusKeys : [];
  const place = (value: string | null) => value === null ? Infinity : order.includes(value) ? order.indexOf(value) : order.length;
  // Infinity - Infinity is not a number; there is one group without a value at most
  const sorted = [...together].sort(([a], [b]) => place(a) === place(b) ? 0 : place(a) - place(b));
  const groups: TicketGroup[] = [];
  const ordered: Ticket[] = [];
  for (const [value, some] of sorted) {
    groups.push({ value, start: ordered.length, count: some.length });
    ordered.push(...some);
  }

  return { rows: ordered, groups };
}
