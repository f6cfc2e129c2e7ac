import type { Catalogue } from '..';

export const tickets: Catalogue['tickets'] = {
  list: { title: 'Tickets' },
  status: { new: 'Nuevo', open: 'Abierto', pending: 'Pendiente', on_hold: 'En espera', solved: 'Resuelto', closed: 'Cerrado' },
  priority: { low: 'Baja', normal: 'Normal', high: 'Alta', urgent: 'Urgente' },
  type: { question: 'Pregunta', incident: 'Incidente', problem: 'Problema', task: 'Tarea' },
  channel: { email: 'Correo', web: 'Web', api: 'API', chat: 'Chat', phone: 'Teléfono', whatsapp: 'WhatsApp', qcontact: 'QContact', construction: 'Construcción', internal: 'Interno', ad_hoc: 'Ad hoc', ai: 'Asistente' },
};
