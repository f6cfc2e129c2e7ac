export const directory = {
  customers: 'Customers', contacts: 'Contacts', locations: 'Locations', assets: 'Assets', tickets: 'Tickets', timeline: 'Timeline', history: 'History', sections: 'Directory',
  search: { customers: 'Search customers', contacts: 'Search contacts', locations: 'Search locations', assets: 'Search assets' },
  newCustomer: 'New customer', newContact: 'New contact', newLocation: 'New location', newAsset: 'New asset', newTicket: 'New ticket', chooseCustomer: 'Choose one of the customers found.',
  none: { customers: 'No customers yet', contacts: 'No contacts yet', locations: 'No locations yet', assets: 'No assets yet', tickets: 'No tickets yet', timeline: 'Nothing has happened yet', hint: 'Add the first one, or import a spreadsheet.', filtered: 'Nothing fits these filters', clear: 'Clear filters' },
  field: {
    name: 'Name', number: 'Number', type: 'Kind', tier: 'Tier', email: 'E-mail', phone: 'Phone', website: 'Website', domains: 'Mail domains', domainsHint: 'Mail from these domains belongs to this customer.', details: 'Details', parentId: 'Belongs to', externalId: 'External id', active: 'Active',
    line1: 'Street', line2: 'Street, line 2', city: 'City', state: 'State', postalCode: 'Postal code', country: 'Country', countryHint: 'Two letters, for example ZA.',
    firstName: 'First name', lastName: 'Last name', title: 'Position', department: 'Department', phoneOffice: 'Office phone', phoneMobile: 'Mobile', phoneDirect: 'Direct phone', isPrimary: 'Main', isBilling: 'Billing', isTechnical: 'Technical', isShipping: 'Shipping', customer: 'Customer', location: 'Location', project: 'Project', installedOn: 'Installed on', address: 'Address',
    subject: 'Subject', status: 'Status', priority: 'Priority', reference: 'Reference', identities: 'Also reached at', organizationId: 'Organization', parent: 'Belongs to',
  },
  contactIs: { isPrimary: 'Main contact', isBilling: 'Billing contact', isTechnical: 'Technical contact' },
  kind: { business: 'Business', residential: 'Residential' },
  tierName: { bronze: 'Bronze', silver: 'Silver', gold: 'Gold', platinum: 'Platinum' },
  locationKind: { headquarters: 'Headquarters', branch: 'Branch', datacenter: 'Data centre', remote: 'Remote' },
  facts: 'Facts', inactive: 'Inactive', exportCsv: 'Export CSV', import: 'Import', duplicates: 'Duplicates', more: 'More', deleteThis: 'Delete', deleteSure: 'Press again to delete', hidden: 'Hidden from lists', setInactive: '{{name}} is inactive now', setActive: '{{name}} is active now',
  deactivate: 'Set inactive', activate: 'Set active', deleteNote: 'Deleting hides it for good; its history stays. To keep it findable, set it inactive instead.',
  entry: {
    ticketOpened: 'Ticket {{reference}} was opened', changed: '{{field}}: {{from}} → {{to}}', set: '{{field}} became {{to}}', comment: 'Comment', note: 'Internal note', created: 'Added', merged: 'Merged',
    by: { agent: 'by an agent', contact: 'by the customer', system: 'by the desk', ai: 'by the assistant' },
  },
  dup: {
    title: 'Duplicates', intro: 'Pairs that look like the same one. Keep one: the other becomes part of it, with everything it has. A merge can be undone for 30 days.', reason: { email: 'Same e-mail address', phone: 'Same phone number', name: 'Same name' }, none: 'No duplicates found', keep: 'Keep this one', into: 'Keep {{name}}', merged: '{{name}} is one now', first: 'First', second: 'Second', why: 'Why', which: 'Merge…',
  },
  imp: {
    title: 'Import', kind: 'What is in the file', drop: 'Drop a CSV file here, or choose one', choose: 'Choose a file', hint: 'Up to 20 MB. The first line names the columns; comma, semicolon and tab are understood.', checking: 'Checking the file…', good: 'Everything in this file can be imported.', bad_one: '{{count}} line cannot be imported', bad_other: '{{count}} lines cannot be imported', badHint: 'Mend them in the file and choose it again. All of a file is taken in, or nothing.',
    lines: 'Lines', created: 'New', updated: 'Changed', unchanged: 'As they are', line: 'Line', column: 'Column', problem: 'Problem', outcome: 'Becomes', changes: 'Changes', outcomes: { created: 'New', updated: 'Changed', unchanged: 'As it is' }, start: 'Import {{count}} lines', another: 'Another file', running: 'Importing…', progress: '{{done}} of {{total}} lines', cancel: 'Stop and take everything back', done: 'The import is done', failed: 'The import did not succeed; nothing was taken in.', cancelled: 'The import was stopped; nothing was taken in.', see: 'See the list', preview: 'What will happen', first: 'The first {{count}} lines',
  },
} as const;
