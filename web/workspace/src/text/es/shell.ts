import type { Catalogue } from '..';

export const shell: Catalogue['shell'] = {
  nav: {
    label: 'Principal', views: 'Vistas', allTickets: 'Todos los tickets', mine: 'Asignados a mí', unassigned: 'Sin asignar', create: 'Nuevo ticket', search: 'Buscar…',
    more: '{{count}}+', help: 'Atajos de teclado', account: 'Cuenta de {{name}}', signOut: 'Cerrar sesión', open: 'Abrir navegación',
    skip: 'Saltar al contenido', customers: 'Clientes', dashboard: 'Panel', settings: 'Ajustes', manageViews: 'Gestionar vistas',
  },
  theme: { label: 'Tema', light: 'Claro', dark: 'Oscuro', auto: 'Sistema' },
  language: 'Idioma',
  connection: {
    offline: 'No hay conexión. Lo que ve puede ser antiguo; lo que escriba se guarda aquí.',
    reconnecting: 'Conexión perdida. Intentando de nuevo…',
  },
  palette: {
    title: 'Paleta de comandos', placeholder: 'Escriba un comando, una referencia o palabras…', nothing: 'No se encontró nada', goTo: 'Ir a', actions: 'Acciones', tickets: 'Tickets', customers: 'Clientes', contacts: 'Contactos',
    tags: 'Etiquetas', searchFor: 'Buscar «{{words}}»', here: 'En esta página',
  },
  keys: { title: 'Atajos de teclado', single: 'Atajos de una sola tecla', singleHint: 'Desactívelos si dicta o si pulsa teclas sin querer.', everywhere: 'En todas partes', thisPage: 'En esta página', then: 'luego' },
  notifications: {
    title: 'Notificaciones', none: 'Está al día.', readAll: 'Marcar todo como leído', unread_one: '{{count}} notificación sin leer', unread_other: '{{count}} notificaciones sin leer', isNew: 'Nuevo',
    kind: {
      ticket_created: '{{who}} abrió {{ticket}}', ticket_assigned: '{{who}} le asignó {{ticket}}', ticket_status_changed: '{{who}} cambió el estado de {{ticket}}', ticket_new_comment: '{{who}} escribió en {{ticket}}',
      ticket_sla_warning: '{{ticket}} vence pronto', ticket_sla_breach: '{{ticket}} incumplió su plazo', satisfaction_survey: 'Un cliente valoró {{ticket}}', invitation: 'Una invitación', password_reset: 'Se restableció una contraseña',
      message: '{{text}}', mail_failed: 'No se pudo entregar un correo sobre {{ticket}}',
    },
    somebody: 'Alguien', aTicket: 'un ticket',
  },
};
