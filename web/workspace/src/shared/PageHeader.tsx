import { useEffect, type ReactNode } from 'react';
import classes from './shared.module.css';

/** The bar above a page: its title (also the tab's), what belongs to it, and what can be done. */
export function PageHeader({ title, beside, children }: { title: string; beside?: ReactNode; children?: ReactNode }) {
  useEffect(() => { document.title = `${title} · Deskhand`; }, [title]);
  return (
    <header className={classes.header}>
      <h1 className={`${classes.title} truncate`} tabIndex={-1} data-page-title>{title}</h1>
      {beside && <div className={classes.beside}>{beside}</div>}
      <div className={classes.actions}>{children}</div>
    </header>
  );
}
