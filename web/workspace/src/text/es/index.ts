import type { Catalogue } from '..';
import { access } from './access';
import { shared } from './shared';
import { shell } from './shell';
import { tickets } from './tickets';

export const es: Catalogue = { shell, access, shared, tickets };
