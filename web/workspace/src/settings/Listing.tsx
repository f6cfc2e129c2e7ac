import type { ReactNode } from 'react';
import classes from './settings.module.css';

/** Text as it is, in a box that it may be longer than; the keyboard reaches it to scroll (WCAG 2.1.1). */
export function Listing({ children, label }: { children: ReactNode; label: string }) {
  return <pre className={classes.json} tabIndex={0} aria-label={label} role="region">{children}</pre>;
}
