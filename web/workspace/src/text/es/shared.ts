import type { Catalogue } from '..';

export const shared: Catalogue['shared'] = {
  save: 'Guardar', cancel: 'Cancelar', close: 'Cerrar', undo: 'Deshacer', undone: 'Deshecho', retry: 'Reintentar', delete: 'Eliminar', edit: 'Editar', remove: 'Quitar', done: 'Hecho', loadMore: 'Cargar más', loading: 'Cargando…', clear: 'Borrar', none: 'Ninguno', yes: 'Sí', no: 'No', copy: 'Copiar', copied: 'Copiado', apply: 'Aplicar',
  notFound: { title: 'Aquí no hay nada', text: 'Esta página no existe, o usted no puede verla.', home: 'A los tickets' },
  error: {
    title: 'Esto no funcionó', offline: 'No se puede contactar con el servidor.', stale: 'Otra persona lo ha cambiado mientras tanto. Mire de nuevo y repita.', tooMany: 'Demasiado rápido. Espere un momento.', reference: 'Traza {{id}}', crash: 'Algo falló en esta página.', reload: 'Recargar',
  },
  time: { now: 'ahora mismo', minutes: '{{n}}min', hours: '{{n}}h', days: '{{n}}d', dueIn: 'en {{time}}', overdue: 'hace {{time}}' },
  rowsOf: '{{shown}} de {{total}}', rowsOfAbout: '{{shown}} de unos {{total}}', editField: 'Editar {{field}}: {{value}}', name: 'Nombre', actions: 'Acciones', active: 'Activo', inactive: 'Inactivo', updated: 'Actualizado', search: 'Buscar', noHistory: 'Nada ha cambiado todavía.', deleted: '{{name}} se eliminó', saved: 'Guardado',
  moreFacts_one: 'Mostrar {{count}} campo vacío', moreFacts_other: 'Mostrar {{count}} campos vacíos',
  rows_one: '{{count}} fila', rows_other: '{{count}} filas',
  history: {
    set: '{{who}} puso {{field}} en {{to}}', changed: '{{who}} cambió {{field}} de {{from}} a {{to}}', cleared: '{{who}} quitó {{field}} {{from}}', because: 'porque: {{reason}}', rule: 'Regla «{{rule}}»', routing: { round_robin: 'El reparto (cada miembro por turno)', least_busy: 'El reparto (quien menos tiene)', skill: 'El reparto (quien tiene la habilidad)' },
    via: { screen: 'en el espacio de trabajo', api: 'por la API', rule: 'por una regla', mail: 'por correo', chat: 'por chat', timer: 'por el reloj', import: 'por importación', command_line: 'en la línea de comandos' },
    system: 'El sistema', somebody: 'Alguien', ai: 'El asistente', contact: 'El cliente',
  },
};
