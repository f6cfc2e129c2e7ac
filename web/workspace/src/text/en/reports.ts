export const reports = {
  title: 'Dashboard', last: { d7: '7 days', d30: '30 days', d90: '90 days', y1: '12 months' }, range: 'Time', exportCsv: 'Export CSV', asTable: 'As a table', none: 'Nothing in this time',
  backlog: 'Open now', backlogOverTime: 'Backlog, last 30 days', unsolved: 'Unsolved', day: 'Day', unassigned: 'Unassigned', created: 'New', solved: 'Solved', firstResponse: 'First response, median', resolution: 'Resolution, median', hours: '{{hours}} h', minutes: '{{minutes}} min',
  byState: 'Backlog by state', byPriority: 'Backlog by priority', byAssignee: 'Backlog by assignee', byGroup: 'Backlog by group', byChannel: 'New by channel', byCategory: 'New by category', nobody: 'Nobody', noGroup: 'No group',
  compliance: 'SLA compliance', overTime: 'SLA by week', metric: { first_response: 'First response', next_response: 'Next response', resolution: 'Resolution' }, kept: 'Kept', missed: 'Missed', average: 'Time used, mean', share: 'Share kept', goodShare: 'Share good',
  csat: 'Satisfaction', csatBy: 'Satisfaction by agent', good: 'Good', bad: 'Bad', sent: 'Asked', noAnswers: 'Nobody has answered yet', by: { policy: 'By policy', group: 'By group', agent: 'By agent', priority: 'By priority' }, who: 'Which', tickets: 'Tickets', satisfied: '{{good}} of {{all}} answers are good', ofPromises: '{{kept}} of {{total}} kept', what: 'What', count: 'Count',
} as const;
