import { expect, test } from 'vitest';
import { words } from './words';

test('a key is said as words', () => {
  expect(words('no_connection')).toBe('No connection');
  expect(words('billing')).toBe('Billing');
});

test('what is words already stays as it is', () => {
  expect(words('iPhone')).toBe('iPhone');
  expect(words('north coast')).toBe('north coast');
});
