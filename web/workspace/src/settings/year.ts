import type { Wire } from '../api/client';
import { weekdays } from './week';

type Calendar = Pick<Wire<'CalendarResponse'>, 'alwaysOpen' | 'hours' | 'holidays'>;
export interface YearDay { date: string; day: number; kind: 'open' | 'closed' | 'holiday'; words: string }

const two = (n: number) => String(n).padStart(2, '0');

/** What each day of a year is by a calendar, month by month; `lead` is how many days of the week come before the first (Monday first). */
export function yearOf(calendar: Calendar, year: number): { month: number; lead: number; days: YearDay[] }[] {
  return Array.from({ length: 12 }, (_, month) => {
    const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    return { month, lead: (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7, days: Array.from({ length: count }, (__, i) => dayOf(calendar, year, month, i + 1)) };
  });
}

function dayOf(calendar: Calendar, year: number, month: number, day: number): YearDay {
  const date = `${year}-${two(month + 1)}-${two(day)}`;
  const holiday = calendar.holidays.find(h => (h.yearly ? h.date.slice(5) === date.slice(5) : h.date === date));
  const range = (hours: { from: string; to: string }[]) => hours.map(h => `${h.from.slice(0, 5)}–${h.to.slice(0, 5)}`).join(', ');
  if (holiday) return { date, day, kind: 'holiday', words: [holiday.name, range(holiday.hours ?? [])].filter(Boolean).join(' ') };
  if (calendar.alwaysOpen) return { date, day, kind: 'open', words: '00:00–24:00' };
  const weekday = weekdays[(new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7]!;
  const hours = calendar.hours.filter(h => h.day === weekday);
  return { date, day, kind: hours.length > 0 ? 'open' : 'closed', words: range(hours) };
}
