import type { Catalogue } from '..';

export const directory: Catalogue['directory'] = {
  customers: 'Clientes', contacts: 'Contactos', locations: 'Ubicaciones', assets: 'Equipos', tickets: 'Tickets', timeline: 'Cronología', history: 'Historial', sections: 'Directorio',
  search: { customers: 'Buscar clientes', contacts: 'Buscar contactos', locations: 'Buscar ubicaciones', assets: 'Buscar equipos' },
  newCustomer: 'Nuevo cliente', newContact: 'Nuevo contacto', newLocation: 'Nueva ubicación', newAsset: 'Nuevo equipo', newTicket: 'Nuevo ticket', chooseCustomer: 'Elija uno de los clientes encontrados.',
  none: { customers: 'Aún no hay clientes', contacts: 'Aún no hay contactos', locations: 'Aún no hay ubicaciones', assets: 'Aún no hay equipos', tickets: 'Aún no hay tickets', timeline: 'Aún no ha pasado nada', hint: 'Añada el primero o importe una hoja de cálculo.', filtered: 'Nada cumple estos filtros', clear: 'Quitar filtros' },
  field: {
    name: 'Nombre', number: 'Número', type: 'Clase', tier: 'Nivel', email: 'Correo', phone: 'Teléfono', website: 'Sitio web', domains: 'Dominios de correo', domainsHint: 'El correo de estos dominios es de este cliente.', details: 'Detalles', parentId: 'Pertenece a', externalId: 'Id externo', active: 'Activo',
    line1: 'Calle', line2: 'Calle, línea 2', city: 'Ciudad', state: 'Provincia', postalCode: 'Código postal', country: 'País', countryHint: 'Dos letras, por ejemplo ES.',
    firstName: 'Nombre', lastName: 'Apellidos', title: 'Cargo', department: 'Departamento', phoneOffice: 'Teléfono de oficina', phoneMobile: 'Móvil', phoneDirect: 'Teléfono directo', isPrimary: 'Principal', isBilling: 'Facturación', isTechnical: 'Técnico', isShipping: 'Envíos', customer: 'Cliente', location: 'Ubicación', project: 'Proyecto', installedOn: 'Instalado el', address: 'Dirección',
    subject: 'Asunto', status: 'Estado', priority: 'Prioridad', reference: 'Referencia', identities: 'También localizable en', organizationId: 'Organización', parent: 'Pertenece a',
  },
  contactIs: { isPrimary: 'Contacto principal', isBilling: 'Para facturación', isTechnical: 'Contacto técnico' },
  kind: { business: 'Empresa', residential: 'Particular' },
  tierName: { bronze: 'Bronce', silver: 'Plata', gold: 'Oro', platinum: 'Platino' },
  locationKind: { headquarters: 'Sede central', branch: 'Sucursal', datacenter: 'Centro de datos', remote: 'Remota' },
  facts: 'Datos', inactive: 'Inactivo', exportCsv: 'Exportar CSV', import: 'Importar', duplicates: 'Duplicados', more: 'Más', deleteThis: 'Eliminar', deleteSure: 'Pulse otra vez para eliminar', hidden: 'Oculto en las listas', setInactive: '{{name}} está inactivo ahora', setActive: '{{name}} está activo ahora',
  deactivate: 'Marcar inactivo', activate: 'Marcar activo', deleteNote: 'Al eliminar se oculta para siempre; el historial queda. Para poder encontrarlo, márquelo inactivo.',
  entry: {
    ticketOpened: 'Se abrió el ticket {{reference}}', changed: '{{field}}: {{from}} → {{to}}', set: '{{field}} pasó a {{to}}', comment: 'Comentario', note: 'Nota interna', created: 'Añadido', merged: 'Fusionado',
    by: { agent: 'por un agente', contact: 'por el cliente', system: 'por el sistema', ai: 'por el asistente' },
  },
  dup: {
    title: 'Duplicados', intro: 'Parejas que parecen lo mismo. Conserve uno: el otro pasa a formar parte de él con todo lo que tiene. Una fusión puede deshacerse durante 30 días.', reason: { email: 'Mismo correo', phone: 'Mismo teléfono', name: 'Mismo nombre' }, none: 'No hay duplicados', keep: 'Conservar este', into: 'Conservar {{name}}', merged: '{{name}} es uno solo ahora', first: 'Primero', second: 'Segundo', why: 'Por qué', which: 'Fusionar…',
  },
  imp: {
    title: 'Importar', kind: 'Qué contiene el archivo', drop: 'Suelte aquí un archivo CSV o elija uno', choose: 'Elegir un archivo', hint: 'Hasta 20 MB. La primera línea nombra las columnas; se entienden coma, punto y coma y tabulador.', checking: 'Revisando el archivo…', good: 'Todo el archivo puede importarse.', bad_one: '{{count}} línea no puede importarse', bad_other: '{{count}} líneas no pueden importarse', badHint: 'Corríjalas en el archivo y elíjalo otra vez. Se toma todo el archivo o nada.',
    lines: 'Líneas', created: 'Nuevos', updated: 'Cambiados', unchanged: 'Sin cambios', line: 'Línea', column: 'Columna', problem: 'Problema', outcome: 'Será', changes: 'Cambios', outcomes: { created: 'Nuevo', updated: 'Cambiado', unchanged: 'Sin cambios' }, start: 'Importar {{count}} líneas', another: 'Otro archivo', running: 'Importando…', progress: '{{done}} de {{total}} líneas', cancel: 'Parar y deshacerlo todo', done: 'La importación terminó', failed: 'La importación no salió bien; no se tomó nada.', cancelled: 'La importación se paró; no se tomó nada.', see: 'Ver la lista', preview: 'Qué pasará', first: 'Las primeras {{count}} líneas',
  },
};
