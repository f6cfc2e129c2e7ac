import type { Catalogue } from '..';
import { access } from './access';
import { directory } from './directory';
import { reports } from './reports';
import { search } from './search';
import { settings } from './settings';
import { shared } from './shared';
import { shell } from './shell';
import { tickets } from './tickets';

export const es: Catalogue = { shell, access, shared, tickets, directory, settings, reports, search };
