import type { TFunction } from 'i18next';
import type { Wire } from '../api/client';

const modes = ['round_robin', 'least_busy', 'skill'] as const;

/** Whom a rule tells something, besides agents by their ids. */
export const ruleTargets = ['requester', 'assignee', 'followers', 'group', 'managers'] as const;

/** What one of them is called; undefined for an agent's id. */
export function targetName(to: string, t: TFunction): string | undefined {
  const target = ruleTargets.find(x => x === to);
  return target && t(`settings.rules.target.${target}`);
}

/** What a rule is called in a sentence. The routing of a group is none that somebody named: the API calls it `routing:` and its mode. */
export function ruleName(rule: Pick<Wire<'HistoryRule'>, 'id' | 'name'>, t: TFunction): string {
  const mode = modes.find(m => rule.id === null && rule.name === `routing:${m}`);
  return mode ? t(`shared.history.routing.${mode}`) : t('shared.history.rule', { rule: rule.name });
}
