export const tickets = {
  list: { title: 'Tickets' },
  status: { new: 'New', open: 'Open', pending: 'Pending', on_hold: 'On hold', solved: 'Solved', closed: 'Closed' },
  priority: { low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent' },
  type: { question: 'Question', incident: 'Incident', problem: 'Problem', task: 'Task' },
  channel: { email: 'E-mail', web: 'Web', api: 'API', chat: 'Chat', phone: 'Phone', whatsapp: 'WhatsApp', qcontact: 'QContact', construction: 'Construction', internal: 'Internal', ad_hoc: 'Ad hoc', ai: 'Assistant' },
} as const;
