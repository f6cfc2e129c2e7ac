import { access } from './access';
import { directory } from './directory';
import { reports } from './reports';
import { search } from './search';
import { settings } from './settings';
import { shared } from './shared';
import { shell } from './shell';
import { tickets } from './tickets';

export const en = { shell, access, shared, tickets, directory, settings, reports, search } as const;
