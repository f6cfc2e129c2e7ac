// @vitest-environment jsdom
import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { startText } from '../text';
import { ruleName } from './ruleName';

describe('what a rule is called', () => {
  beforeAll(startText);
  it('is its name, whatever that is', () => { expect(ruleName({ id: '0199f0a4-7c1e-7d52-9f0e-3b6a4a1c2d10', name: 'routing:skill' }, i18next.t)).toBe('Rule “routing:skill”'); });
  it('is how the group shares out, for what no rule did', () => { expect(ruleName({ id: null, name: 'routing:least_busy' }, i18next.t)).toBe('Routing (who has the least to do)'); });
});
