import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { en } from '../text/en';
import { es } from '../text/es';
import { duration, relativeTime } from './Time';

beforeAll(() => i18next.init({ lng: 'en', defaultNS: 'desk', ns: ['desk'], resources: { en: { desk: en }, es: { desk: es } } }));

const now = Date.parse('2026-11-21T12:00:00Z');

describe('durations', () => {
  it.each([[20_000, '1m'], [45 * 60_000, '45m'], [90 * 60_000, '2h'], [47 * 3_600_000, '47h'], [72 * 3_600_000, '3d']])('%d ms is %s', (ms, words) => {
    expect(duration(ms, 'en')).toBe(words);
  });
});

describe('durations in Spanish', () => {
  it.each([[45 * 60_000, '45min'], [72 * 3_600_000, '3d']])('%d ms is %s', (ms, words) => { expect(duration(ms, 'es')).toBe(words); });
});

describe('times', () => {
  it.each([['2026-11-21T11:55:00Z', '5m ago'], ['2026-11-21T09:00:00Z', '3h ago'], ['2026-11-20T11:00:00Z', 'yesterday'], ['2026-03-01T00:00:00Z', 'Mar 1'], ['2024-03-01T12:00:00Z', 'Mar 1, 2024']])('%s is %s', (at, words) => {
    expect(relativeTime(at, now, 'en')).toBe(words);
  });
});
