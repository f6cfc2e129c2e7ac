import type { TFunction } from 'i18next';
import type { Wire } from '../api/client';

const modes = ['round_robin', 'least_busy', 'skill'] as const;

/** What a rule is called in a sentence. The routing of a group is none that somebody named: the API calls it `routing:` and its mode. */
export function ruleName(rule: Pick<Wire<'HistoryRule'>, 'id' | 'name'>, t: TFunction): string {
  const mode = modes.find(m => rule.id === null && rule.name === `routing:${m}`);
  return mode ? t(`shared.history.routing.${mode}`) : t('shared.history.rule', { rule: rule.name });
}
