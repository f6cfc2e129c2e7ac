import { Button, type ButtonProps } from '@mantine/core';
import { useState, type ReactNode } from 'react';

/** For the few things that nothing takes back: the first press asks, the second does it. */
export function ConfirmButton({ children, sure, onConfirm, ...rest }: { children: ReactNode; sure: string; onConfirm: () => void } & ButtonProps) {
  const [isArmed, setArmed] = useState(false);
  return (
    <Button variant={isArmed ? 'filled' : 'default'} {...rest} {...(isArmed ? { color: 'red' } : {})} onBlur={() => { setArmed(false); }} onKeyDown={e => { if (e.key === 'Escape') setArmed(false); }}
      onClick={() => { if (isArmed) { setArmed(false); onConfirm(); } else setArmed(true); }}>
      <span aria-live="polite">{isArmed ? sure : children}</span>
    </Button>
  );
}
