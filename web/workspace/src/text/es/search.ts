import type { Catalogue } from '..';

export const search: Catalogue['search'] = {
  title: 'Búsqueda', titleOf: 'Búsqueda: {{words}}', box: 'Palabras, o status:open -tag:spam …', what: 'Qué buscar', all: 'Todo', types: { ticket: 'Tickets', customer: 'Clientes', contact: 'Contactos' }, one: { ticket: 'Ticket', customer: 'Cliente', contact: 'Contacto' },
  best: 'Mejor coincidencia', newest: 'Más recientes', asList: 'Como lista', results: 'Resultados', count_one: '{{shown}} encontrado', count_other: '{{shown}} encontrados', about_one: 'unos {{shown}} encontrados', about_other: 'unos {{shown}} encontrados', down: 'Resultado siguiente', up: 'Resultado anterior',
  nothing: 'No se encontró nada', nothingHint: 'Menos palabras encuentran más; rout* encuentra lo que empieza así.', empty: 'Buscar tickets, clientes y contactos', emptyHint: 'Las palabras se encuentran en todas sus formas. Algo de lo que se puede pedir:',
};
