import { IconBuilding, IconChartBar, IconInbox, IconPlus, IconRouter, IconSearch, IconSettings, IconTicket, IconUserCircle, IconUsers } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { ParseKeys } from 'i18next';
import type { Search } from '../shared/search';

export interface NavigationEntry {
  to: string;
  search?: Search;
  label: ParseKeys;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  /** `g` and a letter. */
  keys?: string;
  permission?: string;
  /** Where it stands in the sidebar; without one it is in the palette only. */
  section?: 'top' | 'work' | 'bottom';
}

/** What the sidebar and the palette lead to. A new page adds its line here. */
export const pages: NavigationEntry[] = [
  { to: '/tickets', search: { assignee: 'me', statusCategory: 'new,open,pending,on_hold' }, label: 'shell.nav.mine', icon: IconUserCircle, keys: 'g m' },
  { to: '/tickets', search: { assignee: 'none', statusCategory: 'new,open' }, label: 'shell.nav.unassigned', icon: IconInbox, keys: 'g u' },
  { to: '/tickets/new', label: 'shell.nav.create', icon: IconPlus, keys: 'c', permission: 'tickets:create' },
  { to: '/tickets', label: 'shell.nav.allTickets', icon: IconTicket, keys: 'g t', section: 'top' },
  { to: '/customers', label: 'shell.nav.customers', icon: IconBuilding, keys: 'g c', permission: 'customers:read', section: 'work' },
  { to: '/contacts', label: 'directory.contacts', icon: IconUsers, permission: 'customers:read' },
  { to: '/assets', label: 'directory.assets', icon: IconRouter, permission: 'customers:read' },
  { to: '/search', label: 'search.title', icon: IconSearch, keys: 'g f', permission: 'tickets:read' },
  { to: '/dashboard', label: 'shell.nav.dashboard', icon: IconChartBar, keys: 'g d', permission: 'tickets:read', section: 'work' },
  { to: '/settings/views', label: 'shell.nav.manageViews', icon: IconSettings, permission: 'tickets:read' },
  { to: '/settings', label: 'shell.nav.settings', icon: IconSettings, keys: 'g s', permission: 'users:read', section: 'bottom' },
];
