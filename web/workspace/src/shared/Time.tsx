import i18next from 'i18next';
import { useSyncExternalStore } from 'react';

const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/** What a browser needs to write a number or an instant in a language, which costs more to make than to use. */
function kept<T>(make: (language: string) => T): (language: string) => T {
  const made = new Map<string, T>();
  return language => {
    const known = made.get(language) ?? make(language);
    made.set(language, known);
    return known;
  };
}

const exact = kept(language => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }));
const relative = kept(language => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' }));
const dayOfYear = kept(language => new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }));
const dayOfAnyYear = kept(language => new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }));

/** "3m", "2h", "5d": the largest unit that says something. In words of ours: three formats of the browser's cost a first list fifty milliseconds. */
export function duration(ms: number, language = i18next.language): string {
  if (ms < hour) return i18next.t('shared.time.minutes', { n: Math.max(1, Math.round(ms / minute)), lng: language });
  return ms < 2 * day ? i18next.t('shared.time.hours', { n: Math.round(ms / hour), lng: language }) : i18next.t('shared.time.days', { n: Math.round(ms / day), lng: language });
}

export function exactTime(instant: string | Date, language = i18next.language): string {
  return exact(language).format(new Date(instant));
}

/** "5 min ago", "yesterday", "12 Mar". */
export function relativeTime(instant: string, now: number, language = i18next.language): string {
  const past = now - Date.parse(instant);
  if (Math.abs(past) < 45_000) return i18next.t('shared.time.now');
  const format = relative(language);
  if (Math.abs(past) < hour) return format.format(-Math.round(past / minute), 'minute');
  if (Math.abs(past) < day) return format.format(-Math.round(past / hour), 'hour');
  if (Math.abs(past) < 7 * day) return format.format(-Math.round(past / day), 'day');
  const isThisYear = new Date(now).getFullYear() === new Date(instant).getFullYear();
  return (isThisYear ? dayOfYear : dayOfAnyYear)(language).format(new Date(instant));
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
  return <time dateTime={at} className="tabular" onMouseEnter={e => { e.currentTarget.title = exactTime(at); }}>{relativeTime(at, present)}</time>;
}
