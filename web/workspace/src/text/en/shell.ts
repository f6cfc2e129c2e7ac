export const shell = {
  nav: {
    label: 'Main', views: 'Views', allTickets: 'All tickets', mine: 'Assigned to me', unassigned: 'Unassigned', create: 'New ticket', search: 'Search…',
    more: '{{count}}+', help: 'Keyboard shortcuts', account: 'Account of {{name}}', signOut: 'Sign out', open: 'Open navigation',
    skip: 'Skip to content', customers: 'Customers', dashboard: 'Dashboard', settings: 'Settings', manageViews: 'Manage views',
  },
  theme: { label: 'Theme', light: 'Light', dark: 'Dark', auto: 'System' },
  language: 'Language',
  connection: {
    offline: 'You are offline. What you see may be old; what you write is kept here.',
    reconnecting: 'Connection lost. Trying again…',
  },
  palette: {
    title: 'Command palette', placeholder: 'Type a command, a reference, or words…', nothing: 'Nothing found', goTo: 'Go to', actions: 'Actions', tickets: 'Tickets', customers: 'Customers', contacts: 'Contacts',
    tags: 'Tags', searchFor: 'Search for “{{words}}”', here: 'On this page',
  },
  keys: { title: 'Keyboard shortcuts', single: 'Shortcuts of a single key', singleHint: 'Turn off if you dictate, or if keys are struck by accident.', everywhere: 'Everywhere', thisPage: 'On this page', then: 'then' },
  notifications: {
    title: 'Notifications', none: 'You are all caught up.', readAll: 'Mark all as read', unread_one: '{{count}} unread notification', unread_other: '{{count}} unread notifications', isNew: 'New',
    kind: {
      ticket_created: '{{who}} opened {{ticket}}', ticket_assigned: '{{who}} assigned {{ticket}} to you', ticket_status_changed: '{{who}} changed the status of {{ticket}}', ticket_new_comment: '{{who}} wrote on {{ticket}}',
      ticket_sla_warning: '{{ticket}} is due soon', ticket_sla_breach: '{{ticket}} missed its target', satisfaction_survey: 'A customer rated {{ticket}}', invitation: 'An invitation', password_reset: 'A password was reset',
      message: '{{text}}', mail_failed: 'A mail about {{ticket}} could not be delivered',
    },
    somebody: 'Somebody', aTicket: 'a ticket',
  },
} as const;
