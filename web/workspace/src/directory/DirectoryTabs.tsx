import { TabBar } from '../shared/TabBar';
import { useTranslation } from '../text/useTranslation';

const places = ['customers', 'contacts', 'locations', 'assets'] as const;
export type Place = (typeof places)[number];

export function DirectoryTabs({ at }: { at: Place }) {
  const { t } = useTranslation();
  return <TabBar label={t('directory.sections')} tabs={places.map(place => ({ label: t(`directory.${place}`), to: `/${place}`, isCurrent: place === at }))} />;
}
