import { Tooltip } from '@mantine/core';
import i18next from 'i18next';
import { useSyncExternalStore } from 'react';

const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/** "3 min", "2 h", "5 d": the largest unit that says something. */
export function duration(ms: number, language = i18next.language): string {
  const [value, unit] = ms < hour ? [Math.max(1, Math.round(ms / minute)), 'minute'] : ms < 2 * day ? [Math.round(ms / hour), 'hour'] : [Math.round(ms / day), 'day'];
  return new Intl.NumberFormat(language, { style: 'unit', unit: unit as string, unitDisplay: 'narrow' }).format(value as number);
}

export function exactTime(instant: string | Date, language = i18next.language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));
}

/** "5 min ago", "yesterday", "12 Mar". */
export function relativeTime(instant: string, now: number, language = i18next.language): string {
  const past = now - Date.parse(instant);
  if (Math.abs(past) < 45_000) return i18next.t('shared.time.now');
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' });
  if (Math.abs(past) < hour) return format.format(-Math.round(past / minute), 'minute');
  if (Math.abs(past) < day) return format.format(-Math.round(past / hour), 'hour');
  if (Math.abs(past) < 7 * day) return format.format(-Math.round(past / day), 'day');
  const isThisYear = new Date(now).getFullYear() === new Date(instant).getFullYear();
  return new Intl.DateTimeFormat(language, isThisYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(instant));
}

// one clock for the page: everything that counts moves together
let now = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(watcher: () => void) {
  watchers.add(watcher);
  timer ??= setInterval(() => { now = Date.now(); watchers.forEach(w => { w(); }); }, 10_000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) { clearInterval(timer); timer = undefined; }
  };
}

/** The present, to ten seconds. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => (watchers.size === 0 ? (now = Math.max(now, Date.now() - 5000)) : now));
}

/** An instant as people say it, and exactly when pointed at. */
export function Time({ at }: { at: string }) {
  const present = useNow();
  return (
    <Tooltip label={exactTime(at)}>
      <time dateTime={at} className="tabular">{relativeTime(at, present)}</time>
    </Tooltip>
  );
}
