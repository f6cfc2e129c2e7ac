export const search = {
  title: 'Search', titleOf: 'Search: {{words}}', box: 'Words, or status:open -tag:spam …', what: 'What to look for', all: 'All', types: { ticket: 'Tickets', customer: 'Customers', contact: 'Contacts' }, one: { ticket: 'Ticket', customer: 'Customer', contact: 'Contact' },
  best: 'Best match', newest: 'Newest', asList: 'As a list', results: 'What was found', count_one: '{{shown}} found', count_other: '{{shown}} found', about_one: 'about {{shown}} found', about_other: 'about {{shown}} found', down: 'Next result', up: 'Previous result',
  nothing: 'Nothing found', nothingHint: 'Fewer words find more; rout* finds what begins so.', empty: 'Search tickets, customers and contacts', emptyHint: 'Words are found in all their forms. Some of what can be asked:',
} as const;
