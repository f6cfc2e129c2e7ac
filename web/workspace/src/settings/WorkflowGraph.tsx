import { useState } from 'react';
import type { Wire } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import { statusCategories } from '../tickets/rulebook';
import classes from './settings.module.css';

export type Status = Wire<'WorkflowStatusBody'>;
export type Step = Wire<'TransitionBody'>;

const [width, height, gapX, gapY] = [110, 46, 42, 26];

/** States in the order of their categories, steps as arrows; pointing at a state, or pressing it, shows where it leads. */
export function WorkflowGraph({ statuses, steps }: { statuses: Status[]; steps: Step[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const columns = statusCategories.map(c => statuses.filter(s => s.category === c)).filter(c => c.length > 0);
  const tallest = Math.max(...columns.map(c => c.length));
  const place = new Map(columns.flatMap((column, x) => column.map((s, y) => [s.key, { x: x * (width + gapX) + 4, y: (y + (tallest - column.length) / 2) * (height + gapY) + 34 }] as const)));
  const total = { width: columns.length * (width + gapX) - gapX + 8, height: tallest * (height + gapY) + 64 };

  function line({ from, to }: Step) {
    const [a, b] = [place.get(from)!, place.get(to)!];
    if (a.x === b.x) {
      const down = b.y > a.y;
      return `M${a.x + width / 2} ${down ? a.y + height : a.y} L${b.x + width / 2} ${down ? b.y - 3 : b.y + height + 3}`;
    }

    const forward = b.x > a.x;
    const far = Math.abs(b.x - a.x) > width + gapX + 1;
    const [x1, x2] = forward ? [a.x + width, b.x - 3] : [a.x, b.x + width + 3];
    const [y1, y2] = [a.y + height / 2 + (forward ? -6 : 6), b.y + height / 2 + (forward ? -6 : 6)];
    const bend = far ? (forward ? -1 : 1) * (height + 8) : 0;
    return `M${x1} ${y1} C${x1 + (forward ? 40 : -40)} ${y1 + bend} ${x2 + (forward ? -40 : 40)} ${y2 + bend} ${x2} ${y2}`;
  }

  return (
    <div style={{ overflowX: 'auto', padding: '0 1rem 1rem' }} role="group" aria-label={t('settings.workflow.graph')}>
      <div style={{ position: 'relative', width: total.width, height: total.height }}>
        <svg width={total.width} height={total.height} aria-hidden style={{ position: 'absolute', inset: 0 }}>
          <defs>
            {(['quiet', 'loud'] as const).map(kind => (
              <marker key={kind} id={`arrow-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill={kind === 'loud' ? 'var(--mantine-primary-color-filled)' : 'var(--mantine-color-dimmed)'} /></marker>
            ))}
          </defs>
          {[...steps].sort((a, b) => Number(a.from === chosen) - Number(b.from === chosen)).map(step => {
            const isLoud = step.from === chosen;
            return <path key={`${step.from}-${step.to}`} d={line(step)} fill="none" stroke={isLoud ? 'var(--mantine-primary-color-filled)' : 'var(--mantine-color-dimmed)'} strokeWidth={isLoud ? 2 : 1} opacity={isLoud ? 1 : chosen ? 0.12 : 0.4} markerEnd={`url(#arrow-${isLoud ? 'loud' : 'quiet'})`} />;
          })}
        </svg>
        {columns.map((column, x) => <span key={column[0]!.category} className={classes.graphHead} style={{ left: x * (width + gapX) + 4, width }}>{t(`tickets.status.${column[0]!.category}`)}</span>)}
        {statuses.map(s => (
          <button key={s.key} type="button" className={classes.state} data-reached={chosen !== null && steps.some(x => x.from === chosen && x.to === s.key) || undefined} aria-pressed={chosen === s.key}
            style={{ left: place.get(s.key)!.x, top: place.get(s.key)!.y, width, height }} onClick={() => { setChosen(c => (c === s.key ? null : s.key)); }} onMouseEnter={() => { setChosen(s.key); }} onMouseLeave={() => { setChosen(null); }} onFocus={() => { setChosen(s.key); }}>
            {s.name}
          </button>
        ))}
      </div>
    </div>
  );
}
