import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from './search';

describe('addresses', () => {
  it('reads what it writes', () => {
    const search = { status: 'open,pending', q: 'customer:"Acme & Co" +1', sort: '-updatedAt' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });
  it('leaves out what is empty', () => { expect(stringifySearch({ a: '', b: undefined, c: 'x' })).toBe('?c=x'); });
  it('is nothing for nothing', () => { expect(stringifySearch({})).toBe(''); });
  it('keeps commas and colons readable', () => { expect(stringifySearch({ q: 'status:open', s: 'a,b' })).toBe('?q=status:open&s=a,b'); });
});
