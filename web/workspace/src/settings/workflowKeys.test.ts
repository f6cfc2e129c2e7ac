import { describe, expect, it } from 'vitest';
import { keyFor } from './workflowKeys';

describe('a key for a name', () => {
  it.each([
    ['Waiting for parts', [], 'waiting_for_parts'],
    ['2nd line (ñandú)', [], 'nd_line_nandu'],
    ['…', [], 'status'],
    ['New', ['new', 'new_2'], 'new_3'],
  ])('%s beside %s is %s', (name, taken, key) => { expect(keyFor(name, taken)).toBe(key); });
  it('is no longer than a key may be', () => { expect(keyFor('x'.repeat(200), ['x'.repeat(50)]).length).toBeLessThanOrEqual(60); });
});
