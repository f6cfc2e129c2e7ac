import type { Catalogue } from '..';

export const reports: Catalogue['reports'] = {
  title: 'Panel', last: { d7: '7 días', d30: '30 días', d90: '90 días', y1: '12 meses' }, range: 'Tiempo', exportCsv: 'Exportar CSV', asTable: 'Como tabla', none: 'Nada en este tiempo',
  backlog: 'Abiertos ahora', backlogOverTime: 'Pendientes, últimos 30 días', unsolved: 'Sin resolver', day: 'Día', unassigned: 'Sin asignar', created: 'Nuevos', solved: 'Resueltos', firstResponse: 'Primera respuesta, mediana', resolution: 'Resolución, mediana', hours: '{{hours}} h', minutes: '{{minutes}} min',
  byState: 'Pendientes por estado', byPriority: 'Pendientes por prioridad', byAssignee: 'Pendientes por responsable', byGroup: 'Pendientes por grupo', byChannel: 'Nuevos por canal', byCategory: 'Nuevos por categoría', nobody: 'Nadie', noGroup: 'Sin grupo',
  compliance: 'Cumplimiento SLA', overTime: 'SLA por semana', metric: { first_response: 'Primera respuesta', next_response: 'Siguiente respuesta', resolution: 'Resolución' }, kept: 'Cumplidos', missed: 'Incumplidos', average: 'Tiempo usado, media', share: 'Parte cumplida', goodShare: 'Parte buena',
  csat: 'Satisfacción', csatBy: 'Satisfacción por agente', good: 'Buenas', bad: 'Malas', sent: 'Preguntados', noAnswers: 'Aún no ha respondido nadie', by: { policy: 'Por política', group: 'Por grupo', agent: 'Por agente', priority: 'Por prioridad' }, who: 'Cuál', tickets: 'Tickets', satisfied: '{{good}} de {{all}} respuestas son buenas', ofPromises: '{{kept}} de {{total}} cumplidos', what: 'Qué', count: 'Cantidad',
};
