import { describe, expect, it } from 'vitest';
import { yearOf } from './year';

const office = { alwaysOpen: false, hours: [{ day: 'monday' as const, from: '08:00', to: '17:00' }], holidays: [{ date: '2020-12-25', name: 'Christmas', yearly: true }, { date: '2026-01-05', name: 'Stocktaking', yearly: false, hours: [{ from: '10:00', to: '12:00' }] }] };
const day = (year: number, month: number, date: number) => yearOf(office, year)[month]!.days[date - 1]!;

describe('a year by a calendar', () => {
  it('has its hours on their weekdays', () => { expect(day(2026, 0, 12)).toMatchObject({ kind: 'open', words: '08:00–17:00' }); });
  it('is closed on others', () => { expect(day(2026, 0, 13).kind).toBe('closed'); });
  it('knows holidays of every year', () => { expect(day(2027, 11, 25)).toMatchObject({ kind: 'holiday', words: 'Christmas' }); });
  it('knows other hours of one day', () => { expect(day(2026, 0, 5)).toMatchObject({ kind: 'holiday', words: 'Stocktaking 10:00–12:00' }); });
  it('forgets that day in other years', () => { expect(day(2032, 0, 5).words).toBe('08:00–17:00'); });
  it('has a leap day', () => { expect(yearOf(office, 2028)[1]!.days).toHaveLength(29); });
  it('begins weeks on Monday: January 2026 began on a Thursday', () => { expect(yearOf(office, 2026)[0]!.lead).toBe(3); });
});
