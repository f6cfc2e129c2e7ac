export const shared = {
  save: 'Save', cancel: 'Cancel', close: 'Close', undo: 'Undo', undone: 'Undone', retry: 'Try again', delete: 'Delete', edit: 'Edit', remove: 'Remove', done: 'Done', loadMore: 'Load more', loading: 'Loading…', clear: 'Clear', none: 'None', yes: 'Yes', no: 'No', copy: 'Copy', copied: 'Copied', apply: 'Apply',
  notFound: { title: 'Nothing here', text: 'This page does not exist, or you may not see it.', home: 'To the tickets' },
  error: {
    title: 'This did not work', offline: 'The server cannot be reached.', stale: 'Somebody else has changed this meanwhile. Look again, then repeat.', tooMany: 'Too fast. Wait a moment.', reference: 'Trace {{id}}', crash: 'Something on this page broke.', reload: 'Reload',
  },
  time: { now: 'just now', minutes: '{{n}}m', hours: '{{n}}h', days: '{{n}}d', dueIn: 'in {{time}}', overdue: '{{time}} over' },
  rowsOf: '{{shown}} of {{total}}', rowsOfAbout: '{{shown}} of about {{total}}', editField: 'Edit {{field}}: {{value}}', name: 'Name', actions: 'Actions', active: 'Active', inactive: 'Inactive', updated: 'Updated', search: 'Search', noHistory: 'Nothing has changed yet.', deleted: '{{name}} is deleted', saved: 'Saved',
  moreFacts_one: 'Show {{count}} empty field', moreFacts_other: 'Show {{count}} empty fields',
  rows_one: '{{count}} row', rows_other: '{{count}} rows',
  history: {
    set: '{{who}} set {{field}} to {{to}}', changed: '{{who}} changed {{field}} from {{from}} to {{to}}', cleared: '{{who}} removed {{field}} {{from}}', because: 'because: {{reason}}', rule: 'Rule “{{rule}}”', routing: { round_robin: 'Routing (each member in turn)', least_busy: 'Routing (who has the least to do)', skill: 'Routing (who has the skill)' },
    via: { screen: 'in the workspace', api: 'through the API', rule: 'by a rule', mail: 'by mail', chat: 'by chat', timer: 'by the clock', import: 'by import', command_line: 'on the command line' },
    system: 'The desk', somebody: 'Somebody', ai: 'The assistant', contact: 'The customer',
  },
} as const;
