import { describe, expect, it } from 'vitest';
import { toCsv } from './csv';

describe('a report as CSV', () => {
  it('quotes what would end a cell', () => { expect(toCsv([['a,b', 'say "x"', 1.5, null]])).toBe('\uFEFF"a,b","say ""x""",1.5,\r\n'); });
  it('defuses formulas', () => { expect(toCsv([['=1+1']])).toBe("\uFEFF'=1+1\r\n"); });
});
