import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';

/** The three dots, and what they hold. A page has many of them and few are opened, so the menu is made when it is asked for: ten cost a page more than what is said on it. */
export function MoreMenu({ label, isSmall = false, children }: { label: string; isSmall?: boolean; children: () => ReactNode }) {
  const [isMade, setMade] = useState(false);
  const look = { 'aria-label': label, ...(isSmall ? { size: 'sm' } : {}) };
  const dots = <IconDots size={isSmall ? 15 : 16} />;
  if (!isMade) return <ActionIcon {...look} aria-haspopup="menu" aria-expanded={false} onClick={() => { setMade(true); }}>{dots}</ActionIcon>;
  return (
    <Menu position="bottom-end" defaultOpened>
      <Menu.Target><ActionIcon {...look} autoFocus>{dots}</ActionIcon></Menu.Target>
      <Menu.Dropdown>{children()}</Menu.Dropdown>
    </Menu>
  );
}
