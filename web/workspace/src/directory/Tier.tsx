import { Badge } from '@mantine/core';
import { useTranslation } from '../text/useTranslation';
import classes from './directory.module.css';
import type { tiers } from './fields';

export function Tier({ tier }: { tier: (typeof tiers)[number] }) {
  const { t } = useTranslation();
  return <Badge size="sm" radius="sm" className={classes.tier} data-tier={tier} tt="none">{t(`directory.tierName.${tier}`)}</Badge>;
}
