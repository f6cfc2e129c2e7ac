import { Skeleton } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './shared.module.css';

export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** The API's sort field, when there is an order for it. */
  sort?: string;
  width?: string | number;
  /** Not shown on narrow screens. */
  wide?: boolean;
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  /** As the API takes it: `name`, `-createdAt`. */
  sort?: string;
  onSort?: (sort: string) => void;
  empty?: ReactNode;
}

/** A plain table for lists of moderate length; undefined rows are still on their way. */
export function DataTable<Row>({ label, columns, rows, rowKey, sort, onSort, empty }: Props<Row>) {
  if (rows?.length === 0 && empty) return <>{empty}</>;
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={label} aria-busy={rows === undefined}>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column.key} scope="col" className={column.wide ? classes.wide : undefined} style={{ width: column.width }} aria-sort={direction(column.sort, sort)}>
                {column.sort && onSort
                  ? (
                    <button type="button" className={classes.sort} onClick={() => { onSort(sort === column.sort ? `-${column.sort}` : column.sort!); }}>
                      {column.title}
                      {sort === column.sort && <IconChevronUp size={14} aria-hidden />}
                      {sort === `-${column.sort}` && <IconChevronDown size={14} aria-hidden />}
                    </button>
                  )
                  : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined
            ? Array.from({ length: 8 }, (_, i) => <tr key={i}>{columns.map(c => <td key={c.key} className={c.wide ? classes.wide : undefined}><Skeleton height={12} my={4} width={`${50 + ((i * 17) % 40)}%`} /></td>)}</tr>)
            : rows.map(row => <tr key={rowKey(row)}>{columns.map(c => <td key={c.key} className={c.wide ? classes.wide : undefined}>{c.cell(row)}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  );
}

function direction(column: string | undefined, sort: string | undefined) {
  if (!column) return undefined;
  return sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none';
}
