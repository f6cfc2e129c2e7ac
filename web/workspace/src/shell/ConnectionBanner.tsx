import { IconCloudOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLiveState } from '../live';
import { useTranslation } from '../text/useTranslation';
import classes from './shell.module.css';

/** Says honestly that what is shown may be old. Not for a moment's gap, which nobody would notice. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const state = useLiveState();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (state !== 'offline') return () => undefined;
    const timer = setTimeout(() => { setLong(true); }, navigator.onLine ? 2500 : 0);
    return () => { clearTimeout(timer); setLong(false); };
  }, [state]);
  return (
    <div role="status" aria-live="polite">
      {state === 'offline' && isLong && (
        <div className={classes.banner}><IconCloudOff size={16} aria-hidden />{navigator.onLine ? t('shell.connection.reconnecting') : t('shell.connection.offline')}</div>
      )}
    </div>
  );
}
