import type { Catalogue } from '..';

export const tickets: Catalogue['tickets'] = {
  status: { new: 'Nuevo', open: 'Abierto', pending: 'Pendiente', on_hold: 'En espera', solved: 'Resuelto', closed: 'Cerrado' },
  priority: { low: 'Baja', normal: 'Normal', high: 'Alta', urgent: 'Urgente' },
  type: { question: 'Pregunta', incident: 'Incidente', problem: 'Problema', task: 'Tarea' },
  channel: { email: 'Correo', web: 'Web', api: 'API', chat: 'Chat', phone: 'Teléfono', whatsapp: 'WhatsApp', qcontact: 'QContact', construction: 'Construcción', internal: 'Interno', ad_hoc: 'Ad hoc', ai: 'Asistente' },
  field: {
    reference: 'Referencia', subject: 'Asunto', description: 'Descripción', status: 'Estado', statusCategory: 'Situación', priority: 'Prioridad', type: 'Tipo', category: 'Categoría', subcategory: 'Subcategoría', tags: 'Etiquetas', tag: 'Etiqueta', channel: 'Canal',
    customerId: 'Cliente', customer: 'Cliente', contactId: 'Contacto', locationId: 'Ubicación', assetId: 'Equipo', projectId: 'Proyecto', assigneeId: 'Responsable', assignee: 'Responsable', groupId: 'Grupo', group: 'Grupo', dueAt: 'Vence', sla: 'SLA', slaDueAt: 'Próximo plazo',
    createdAt: 'Creado', updatedAt: 'Actualizado', number: 'Número', problemId: 'Problema', escalationLevel: 'Escalado', followerIds: 'Seguidores', followers: 'Seguidores', externalId: 'Número externo', customFields: 'Campos propios', comment: 'Comentario',
    comments: 'Comentarios', attachments: 'Adjuntos', links: 'Enlaces', firstRespondedAt: 'Primera respuesta', solvedAt: 'Resuelto', closedAt: 'Cerrado', mergedIntoId: 'Fusionado en', deletedAt: 'Eliminado', escalationReason: 'Motivo del escalado', escalatedAt: 'Escalado', created: 'Creado',
  },
  sla: { ok: 'A tiempo', at_risk: 'En riesgo', breached: 'Vencido', paused: 'En pausa', none: 'Sin plazo' },
  list: {
    title: 'Tickets', label: 'Lista de tickets', count_one: '{{count}} ticket', count_other: '{{count}} tickets', about: 'unos {{count}}', search: 'Filtrar por palabras, o status:open -tag:spam …', filter: 'Filtrar', clear: 'Quitar filtros', display: 'Ver', columns: 'Columnas', density: 'Densidad',
    comfortable: 'Cómoda', compact: 'Compacta', sort: 'Orden', groupBy: 'Agrupar por', groupByNothing: 'Nada', empty: 'No hay tickets aquí', emptyHint: 'Nada coincide.', emptyMine: 'No tiene nada asignado. Tome uno que espera a alguien.', news_one: '{{count}} ticket nuevo', news_other: '{{count}} tickets nuevos', select: 'Seleccionar {{reference}}', selectPage: 'Seleccionar todos los cargados', saveView: 'Guardar como vista', viewName: 'Nombre de la vista', viewSaved: 'Vista guardada', viewShared: 'Para todos',
    me: 'Yo', nobody: 'Nadie', open: 'Abrir ticket', down: 'Ticket siguiente', up: 'Ticket anterior', toggle: 'Seleccionar', selectAll: 'Seleccionar todos los que coinciden', clearSelection: 'Quitar la selección', groupNone: 'Sin grupo', escalated: 'Escalado',
  },
  act: {
    assignMe: 'Asignarme', assign: 'Asignar…', assignGroup: 'Asignar a un grupo…', status: 'Cambiar estado…', priority: 'Cambiar prioridad…', note: 'Añadir nota interna…', tags: 'Añadir etiquetas…', untag: 'Quitar etiquetas…', merge: 'Fusionar…', delete: 'Eliminar', more: 'Más', selected_one: '{{count}} seleccionado', selected_other: '{{count}} seleccionados',
    allMatching: 'Seleccionar los {{count}} que coinciden', allSelected: 'Los {{count}} que coinciden están seleccionados', done_one: '{{count}} ticket cambiado', done_other: '{{count}} tickets cambiados', failed_one: '{{count}} ticket rechazado: {{why}}', failed_other: '{{count}} tickets rechazados: {{why}}', nothing: 'Nada que cambiar', working: 'Cambiando {{done}} de {{total}}…', unassign: 'Nadie', pick: 'Escriba para buscar…',
    noteFor_one: 'Nota interna en {{count}} ticket', noteFor_other: 'Nota interna en {{count}} tickets', noteHint: 'Solo la ven los agentes.', addNote: 'Añadir nota', tagsLabel: 'Etiquetas, separadas por comas', mergeInto: 'Fusionar los demás en', deleted_one: '{{count}} ticket eliminado', deleted_other: '{{count}} tickets eliminados',
  },
  merge: {
    done_one: '{{count}} ticket fusionado en {{reference}}', done_other: '{{count}} tickets fusionados en {{reference}}', comment: 'Nota sobre la fusión (opcional)', hint: 'Los comentarios y archivos lo siguen. El correo a los fusionados llega aquí. Se puede deshacer.', go: 'Fusionar', target: 'Ticket en el que fusionar',
  },
  link: { relates: 'relacionado con', duplicates: 'duplica', duplicated_by: 'duplicado por', blocks: 'bloquea', blocked_by: 'bloqueado por', incident: 'incidente', problem: 'problema' },
  sla_: {
    first_response: 'Primera respuesta', next_response: 'Siguiente respuesta', resolution: 'Resolución', met: 'Cumplido', metLate: 'Cumplido tarde', stopped: 'Detenido', explain: 'Explicar, y qué pasaría si…', whatIf: 'Si el estado fuera', whatIfHint: 'No cambia nada.', dueAt: 'vence {{at}}', wouldPause: 'se pausaría con {{left}} restantes', wouldStop: 'se detendría',
    target: 'de {{time}}, usado {{used}}', from: 'Desde', until: 'Hasta', length: 'Duración', what: 'Qué', time: { running: 'contado', closed: 'fuera de horario', holiday: 'festivo', paused: 'en pausa', solved: 'resuelto', stopped: 'detenido' },
  },
  page: {
    back: 'Volver a la lista', conversation: 'Conversación', details: 'Detalles', history: 'Historial', properties: 'Propiedades', requester: 'El solicitante', agent: 'Un agente', reply: 'Responder', note: 'Nota interna', public: 'Público', edited: 'editado', older_one: 'Mostrar {{count}} comentario anterior', older_other: 'Mostrar {{count}} comentarios anteriores', silent: 'Nadie ha escrito todavía.',
    commentMenu: 'Acciones de este comentario', copyLink: 'Copiar enlace', split: 'Separar en un ticket nuevo', splitDone: 'Separado en {{reference}}', commentDeleted: 'Comentario eliminado', deleteComment: 'Eliminar este comentario', deletePublicAsks: 'Desaparece de la conversación, aquí y para el cliente. Quien lo recibió por correo lo conserva. No se puede recuperar.', deleteNoteAsks: 'Desaparece de la conversación. No se puede recuperar.', editComment: 'Editar', commentEdited: 'Comentario cambiado', editHint: 'No se vuelve a enviar a nadie. El historial guarda lo que decía.', editSubject: 'Cambiar el asunto', pdf: 'Guardar como PDF', mergeInto: 'Fusionar en otro…', mergedInto: 'Este ticket se fusionó en', unmerge: 'Deshacer la fusión',
    escalate: 'Escalar…', escalateGo: 'Escalar', escalateDone: 'Escalado', escalated: 'Escalado, nivel {{level}}.', deescalate: 'Terminar el escalado', audience: 'Quién leerá esto', goesInternal: 'Solo la ven los agentes. Nunca llega al cliente.', goesTo: 'Para {{name}} ({{address}})', goesToPortal: 'Público: {{name}} no tiene correo', goesNowhere: 'Público, pero este ticket no tiene solicitante a quien enviarlo', andFollowers_one: 'se avisa a {{count}} seguidor', andFollowers_other: 'se avisa a {{count}} seguidores',
    writeReply: 'Escriba al cliente…', writeNote: 'Escriba una nota para colegas…', attach: 'Adjuntar un archivo (o suelte, o pegue)', macros: 'Macros', noMacros: 'Aún no hay macros.', macroInsert: 'Tomar solo el texto', macroDone: '«{{name}}» aplicada', draftSaving: 'Guardando borrador…', draftSaved: 'Borrador guardado', draftUnsaved: 'Borrador sin guardar', addNote: 'Añadir nota', sendReply: 'Enviar respuesta', sendAnd: 'Enviar y cambiar estado',
    crossed_one: 'Enviado. Entretanto había llegado {{count}} comentario.', crossed_other: 'Enviado. Entretanto habían llegado {{count}} comentarios.', arrived_one: 'Llegó algo nuevo mientras escribía.', arrived_other: 'Llegaron {{count}} comentarios nuevos mientras escribía.', showArrived: 'Mostrar',
    typing_one: '{{name}} está escribiendo…', typing_other: '{{count}} personas están escribiendo…', looks: '{{name}} tiene abierto este ticket',
    addLink: 'Añadir un enlace', addTag: 'Añadir…', linkKind: 'Tipo de enlace', follow: 'Seguir', unfollow: 'Dejar de seguir', others: 'Otros tickets de este cliente', all: 'Todos',
  },
  told: { note: '{{who}} añadió una nota interna', reply: '{{who}} escribió al cliente', wrote: '{{who}} escribió', removed: '{{who}} quitó un comentario', edited: '{{who}} cambió las palabras de un comentario', warning: 'Se usó el {{percent}} % del tiempo de «{{metric}}»', breached: '«{{metric}}» incumplió su plazo', kept: '«{{metric}}» se cumplió',
    merged_one: '{{who}} fusionó otro ticket con este', merged_other: '{{who}} fusionó {{count}} tickets con este', unmerged_one: '{{who}} volvió a separar un ticket fusionado', unmerged_other: '{{who}} volvió a separar {{count}} tickets fusionados', mergedInto: '{{who}} fusionó este ticket con otro', cameBack: '{{who}} deshizo la fusión de este ticket' },
  rules: {
    show: 'Qué muestra el historial', everything: 'Todo', title: 'Reglas', did: 'Qué hicieron las reglas', version: 'versión {{version}}', changed: 'cambió {{fields}}', told: 'avisó a {{who}}', called: 'llamó a {{what}}', calledSome_one: 'llamó a {{count}} webhook', calledSome_other: 'llamó a {{count}} webhooks', failed: 'no pudo hacer lo suyo y no hizo nada', somebody: 'alguien',
    onChange: 'por un cambio', byTime: 'por el reloj', open: 'Ver en la configuración', none: 'Ninguna regla ha hecho nada aquí.', noneHint: 'Las reglas que no se aplicaron no dejan rastro.',
  },
  create: { title: 'Nuevo ticket', customer: 'Cliente', contact: 'Contacto', none: 'Buscar por nombre, correo, número', assetHint: 'Su número', submit: 'Crear ticket', done: '{{reference}} creado', hint: 'Ctrl Intro lo crea.' },
};
