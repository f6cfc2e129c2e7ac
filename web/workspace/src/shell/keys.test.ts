// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { stroke } from './keys';

const key = (name: string, modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  stroke({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

describe('the name of a key stroke', () => {
  it.each([
    [key('j'), 'j'],
    [key('J', { shiftKey: true }), 'shift+j'],
    [key('?', { shiftKey: true }), '?'],
    [key('k', { ctrlKey: true }), 'mod+k'],
    [key('k', { metaKey: true }), 'mod+k'],
    [key('Enter', { ctrlKey: true, shiftKey: true }), 'mod+shift+enter'],
    [key(' '), 'space'],
    [key('ArrowDown', { shiftKey: true }), 'shift+arrowdown'],
  ])('%s is %s', (is, shouldBe) => { expect(is).toBe(shouldBe); });
});
