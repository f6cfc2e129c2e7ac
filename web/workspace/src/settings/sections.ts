/** The sections of the settings in their groups; each is shown to who may read it. */
export const sections = [
  { group: 'team', key: 'people', permission: 'users:read' },
  { group: 'team', key: 'groups', permission: 'users:read' },
  { group: 'team', key: 'tokens', permission: '' },
  { group: 'rules', key: 'triggers', permission: 'settings:read' },
  { group: 'rules', key: 'automations', permission: 'settings:read' },
  { group: 'rules', key: 'macros', permission: 'tickets:read' },
  { group: 'rules', key: 'sla', permission: 'settings:read' },
  { group: 'rules', key: 'calendars', permission: 'settings:read' },
  { group: 'desk', key: 'general', permission: 'settings:read' },
  { group: 'desk', key: 'workflow', permission: 'settings:read' },
  { group: 'desk', key: 'categories', permission: 'settings:read' },
  { group: 'desk', key: 'fields', permission: 'settings:read' },
  { group: 'desk', key: 'tags', permission: 'tickets:read' },
  { group: 'desk', key: 'views', permission: 'tickets:read' },
  { group: 'desk', key: 'templates', permission: 'settings:read' },
  { group: 'connect', key: 'webhooks', permission: 'webhooks:manage' },
  { group: 'connect', key: 'deliveries', permission: 'deliveries:manage' },
  { group: 'connect', key: 'suppressions', permission: 'deliveries:manage' },
  { group: 'connect', key: 'audit', permission: 'audit:read' },
] as const;

export type SectionKey = (typeof sections)[number]['key'];
export const groups = ['team', 'rules', 'desk', 'connect'] as const;
