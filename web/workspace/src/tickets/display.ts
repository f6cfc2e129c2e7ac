import { useLocalStorage } from '@mantine/hooks';

/** Columns that the list can show, in their order; marks, subject and reference are always there. */
export const columnNames = ['status', 'customerId', 'contactId', 'assigneeId', 'groupId', 'category', 'type', 'channel', 'tags', 'sla', 'createdAt', 'updatedAt'] as const;
export type ColumnName = (typeof columnNames)[number];

const usual: ColumnName[] = ['customerId', 'assigneeId', 'channel', 'sla', 'updatedAt'];

/** How this person likes lists to look, here; a view's own columns come first until somebody chooses. */
export function useDisplay(ofView: ColumnName[] | undefined) {
  const [density, setDensity] = useLocalStorage<'comfortable' | 'compact'>({ key: 'deskhand.density', defaultValue: 'comfortable', getInitialValueInEffect: false });
  const [chosen, setChosen] = useLocalStorage<ColumnName[] | null>({ key: 'deskhand.columns', defaultValue: null, getInitialValueInEffect: false });
  const offered = ofView?.filter(c => columnNames.includes(c));
  const columns = chosen ?? (offered?.length ? offered : usual);
  return { density, setDensity, columns: columnNames.filter(c => columns.includes(c)), setColumns: (names: string[]) => { setChosen(names as ColumnName[]); } };
}
