export const tickets = {
  status: { new: 'New', open: 'Open', pending: 'Pending', on_hold: 'On hold', solved: 'Solved', closed: 'Closed' },
  priority: { low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent' },
  type: { question: 'Question', incident: 'Incident', problem: 'Problem', task: 'Task' },
  channel: { email: 'E-mail', web: 'Web', api: 'API', chat: 'Chat', phone: 'Phone', whatsapp: 'WhatsApp', qcontact: 'QContact', construction: 'Construction', internal: 'Internal', ad_hoc: 'Ad hoc', ai: 'Assistant' },
  field: {
    reference: 'Reference', subject: 'Subject', description: 'Description', status: 'Status', statusCategory: 'State', priority: 'Priority', type: 'Type', category: 'Category', subcategory: 'Subcategory', tags: 'Tags', tag: 'Tag', channel: 'Channel',
    customerId: 'Customer', customer: 'Customer', contactId: 'Contact', locationId: 'Location', assetId: 'Asset', projectId: 'Project', assigneeId: 'Assignee', assignee: 'Assignee', groupId: 'Group', group: 'Group', dueAt: 'Due', sla: 'SLA', slaDueAt: 'Next deadline',
    createdAt: 'Created', updatedAt: 'Updated', number: 'Number', problemId: 'Problem', escalationLevel: 'Escalation', followerIds: 'Followers', followers: 'Followers', externalId: 'External number', customFields: 'Custom fields', comment: 'Comment',
    comments: 'Comments', attachments: 'Attachments', links: 'Links', firstRespondedAt: 'First response', solvedAt: 'Solved', closedAt: 'Closed', mergedIntoId: 'Merged into', deletedAt: 'Deleted', escalationReason: 'Reason of escalation', escalatedAt: 'Escalated', created: 'Created',
  },
  sla: { ok: 'On time', at_risk: 'At risk', breached: 'Breached', paused: 'Paused', none: 'No target' },
  list: {
    title: 'Tickets', label: 'List of tickets', count_one: '{{count}} ticket', count_other: '{{count}} tickets', about: 'about {{count}}', search: 'Filter by words, or status:open -tag:spam …', filter: 'Filter', clear: 'Clear filters', display: 'Display', columns: 'Columns', density: 'Density',
    comfortable: 'Comfortable', compact: 'Compact', sort: 'Order', groupBy: 'Group by', groupByNothing: 'Nothing', empty: 'No tickets here', emptyHint: 'Nothing matches.', emptyMine: 'Nothing is assigned to you. Take one that waits for somebody.', news_one: '{{count}} new ticket', news_other: '{{count}} new tickets', select: 'Select {{reference}}', selectPage: 'Select all that are loaded', saveView: 'Save as view', viewName: 'Name of the view', viewSaved: 'View saved', viewShared: 'For everybody',
    me: 'Me', nobody: 'Nobody', open: 'Open ticket', down: 'Next ticket', up: 'Previous ticket', toggle: 'Select', selectAll: 'Select all that match', clearSelection: 'Clear the selection', groupNone: 'No group', escalated: 'Escalated',
  },
  act: {
    assignMe: 'Assign to me', assign: 'Assign…', assignGroup: 'Assign to a group…', status: 'Set status…', priority: 'Set priority…', note: 'Add internal note…', tags: 'Add tags…', untag: 'Remove tags…', merge: 'Merge…', delete: 'Delete', more: 'More', selected_one: '{{count}} selected', selected_other: '{{count}} selected',
    allMatching: 'Select all {{count}} that match', allSelected: 'All {{count}} that match are selected', done_one: '{{count}} ticket changed', done_other: '{{count}} tickets changed', failed_one: '{{count}} ticket was refused: {{why}}', failed_other: '{{count}} tickets were refused: {{why}}', nothing: 'Nothing to change', working: 'Changing {{done}} of {{total}}…', unassign: 'Nobody', pick: 'Type to find…',
    noteFor_one: 'Internal note on {{count}} ticket', noteFor_other: 'Internal note on {{count}} tickets', noteHint: 'Only agents see this.', addNote: 'Add note', tagsLabel: 'Tags, by comma', mergeInto: 'Merge the others into', deleted_one: '{{count}} ticket deleted', deleted_other: '{{count}} tickets deleted',
  },
  merge: {
    done_one: '{{count}} ticket merged into {{reference}}', done_other: '{{count}} tickets merged into {{reference}}', comment: 'Note about the merge (optional)', hint: 'Comments and files follow. Mail to the merged ones arrives here. Can be taken back.', go: 'Merge', target: 'Ticket to merge into',
  },
  link: { relates: 'relates to', duplicates: 'duplicates', duplicated_by: 'duplicated by', blocks: 'blocks', blocked_by: 'blocked by', incident: 'incident', problem: 'problem' },
  sla_: {
    first_response: 'First response', next_response: 'Next response', resolution: 'Resolution', met: 'Kept', metLate: 'Kept late', stopped: 'Stopped', explain: 'Explain, and what if…', whatIf: 'What if the status were', whatIfHint: 'Changes nothing.', dueAt: 'due {{at}}', wouldPause: 'would pause with {{left}} left', wouldStop: 'would stop',
    target: 'of {{time}}, {{used}} used', from: 'From', until: 'Until', length: 'Length', what: 'What', time: { running: 'counted', closed: 'outside business hours', holiday: 'holiday', paused: 'paused', solved: 'solved', stopped: 'stopped' },
  },
  page: {
    back: 'Back to the list', conversation: 'Conversation', details: 'Details', history: 'History', properties: 'Properties', requester: 'The requester', agent: 'An agent', reply: 'Reply', note: 'Internal note', public: 'Public', edited: 'edited', older_one: 'Show {{count}} older comment', older_other: 'Show {{count}} older comments', silent: 'Nobody has written yet.',
    commentMenu: 'Actions on this comment', copyLink: 'Copy link', split: 'Split into a new ticket', splitDone: 'Split into {{reference}}', commentDeleted: 'Comment deleted', deleteComment: 'Delete this comment', deletePublicAsks: 'It is gone from the conversation, here and for the customer. Who was sent it by mail has it still. It cannot be brought back.', deleteNoteAsks: 'It is gone from the conversation. It cannot be brought back.', editComment: 'Edit', commentEdited: 'Comment changed', editHint: 'Nobody is sent this again. The history keeps what stood here.', editSubject: 'Change the subject', pdf: 'Save as PDF', mergeInto: 'Merge into another…', mergedInto: 'This ticket was merged into', unmerge: 'Undo the merge',
    escalate: 'Escalate…', escalateGo: 'Escalate', escalateDone: 'Escalated', escalated: 'Escalated, level {{level}}.', deescalate: 'End the escalation', audience: 'Who will read this', goesInternal: 'Only agents see this. It never reaches the customer.', goesTo: 'Goes to {{name}} ({{address}})', goesToPortal: 'Public: {{name}} has no e-mail address', goesNowhere: 'Public, but this ticket has no requester to send it to', andFollowers_one: '{{count}} follower is told', andFollowers_other: '{{count}} followers are told',
    writeReply: 'Write to the customer…', writeNote: 'Write a note for colleagues…', attach: 'Attach a file (or drop, or paste)', macros: 'Macros', noMacros: 'There are no macros yet.', macroInsert: 'Take only the words', macroDone: '“{{name}}” applied', draftSaving: 'Saving draft…', draftSaved: 'Draft saved', draftUnsaved: 'Draft not saved', addNote: 'Add note', sendReply: 'Send reply', sendAnd: 'Send and set status',
    crossed_one: 'Sent. {{count}} comment had arrived meanwhile.', crossed_other: 'Sent. {{count}} comments had arrived meanwhile.', arrived_one: 'Something new arrived while you were writing.', arrived_other: '{{count}} new comments arrived while you were writing.', showArrived: 'Show',
    typing_one: '{{name}} is writing…', typing_other: '{{count}} people are writing…', looks: '{{name}} has this ticket open',
    addLink: 'Add a link', addTag: 'Add…', linkKind: 'Kind of link', follow: 'Follow', unfollow: 'Unfollow', others: 'Other tickets of this customer', all: 'All',
  },
  told: { note: '{{who}} added an internal note', reply: '{{who}} wrote to the customer', wrote: '{{who}} wrote', removed: '{{who}} removed a comment', edited: '{{who}} changed the words of a comment', warning: '{{percent}} % of the time for “{{metric}}” is used', breached: '“{{metric}}” missed its target', kept: '“{{metric}}” was kept',
    merged_one: '{{who}} merged another ticket into this one', merged_other: '{{who}} merged {{count}} tickets into this one', unmerged_one: '{{who}} took a merged ticket out again', unmerged_other: '{{who}} took {{count}} merged tickets out again', mergedInto: '{{who}} merged this ticket into another', cameBack: '{{who}} took this ticket back out of a merge' },
  rules: {
    show: 'What the history shows', everything: 'Everything', title: 'Rules', did: 'What rules did', version: 'version {{version}}', changed: 'changed {{fields}}', told: 'notified {{who}}', called: 'called {{what}}', calledSome_one: 'called {{count}} webhook', calledSome_other: 'called {{count}} webhooks', failed: 'could not do what it should, and did nothing', somebody: 'somebody',
    onChange: 'on a change', byTime: 'by the clock', open: 'Show in the settings', none: 'No rule has done anything here.', noneHint: 'Rules that did not apply leave no trace.',
  },
  create: { title: 'New ticket', customer: 'Customer', contact: 'Contact', none: 'Find by name, e-mail, number', assetHint: 'Its number', submit: 'Create ticket', done: '{{reference}} created', hint: 'Ctrl Enter creates it.' },
} as const;
