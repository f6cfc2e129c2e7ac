import { Link } from '@tanstack/react-router';
import type { Search } from './search';
import classes from './tabs.module.css';

export interface TabEntry { label: string; to: string; search?: Search; isCurrent: boolean; count?: number | undefined }

/** Places that belong together, as links: each has its address. */
export function TabBar({ label, tabs }: { label: string; tabs: TabEntry[] }) {
  return (
    <nav aria-label={label} className={classes.bar}>
      {tabs.map(tab => (
        <Link key={tab.label} to={tab.to} search={tab.search ?? {}} className={classes.tab} aria-current={tab.isCurrent ? 'page' : undefined} activeProps={{}} data-current={tab.isCurrent || undefined} replace>
          {tab.label}{tab.count !== undefined && <span className={`${classes.count} tabular`}>{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
