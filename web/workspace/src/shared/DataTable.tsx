import { Skeleton } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import { Breakable } from './Breakable';
import classes from './shared.module.css';

export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** The API's sort field, when there is an order for it. */
  sort?: string;
  width?: string | number;
  /** Not shown where there is little room; `very` where there is some. */
  wide?: boolean | 'very';
  /** Holds what may be long and has no spaces, such as an address: broken where it has to be. */
  long?: boolean;
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
  /** What stands below a row, over its whole width; null for nothing. */
  below?: (row: Row) => ReactNode;
}

/** A plain table for lists of moderate length; undefined rows are still on their way. */
export function DataTable<Row>({ label, columns, rows, rowKey, sort, onSort, empty, below }: Props<Row>) {
  if (rows?.length === 0 && empty) return <>{empty}</>;
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={label} aria-busy={rows === undefined}>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column.key} scope="col" {...look(column)} style={{ width: column.width }} aria-sort={direction(column.sort, sort)}>
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
            ? Array.from({ length: 8 }, (_, i) => <tr key={i}>{columns.map(c => <td key={c.key} {...look(c)}><Skeleton height={12} my={4} width={`${50 + ((i * 17) % 40)}%`} /></td>)}</tr>)
            : rows.map(row => {
              const more = below?.(row);
              return (
                <Fragment key={rowKey(row)}>
                  <tr>{columns.map(c => <td key={c.key} {...look(c)}>{content(c, row)}</td>)}</tr>
                  {more && <tr className={classes.below}><td colSpan={columns.length}>{more}</td></tr>}
                </Fragment>
              );
            })}
        </tbody>
      </table>
    </div>
  );
}

function content<Row>(column: Column<Row>, row: Row) {
  const cell = column.cell(row);
  return column.long && typeof cell === 'string' ? <Breakable text={cell} /> : cell;
}

const look = (column: { wide?: boolean | 'very'; long?: boolean }) => ({ className: [column.wide && classes.wide, column.long && classes.long].filter(Boolean).join(' ') || undefined, 'data-wide': column.wide === 'very' ? 'very' : undefined });

function direction(column: string | undefined, sort: string | undefined) {
  if (!column) return undefined;
  return sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none';
}
