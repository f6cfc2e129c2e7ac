import { access } from './access';
import { shared } from './shared';
import { shell } from './shell';
import { tickets } from './tickets';

export const en = { shell, access, shared, tickets } as const;
