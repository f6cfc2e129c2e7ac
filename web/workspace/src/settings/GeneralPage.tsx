import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMe } from '../access/me';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { Facts } from '../shared/Facts';
import type { Values } from '../shared/form';
import { Failed, LinesLoading } from '../shared/States';
import { useTranslation } from '../text/useTranslation';
import { SettingsFrame } from './SettingsFrame';

const zones = Intl.supportedValuesOf('timeZone');

export function GeneralPage() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const settings = useQuery({ queryKey: ['settings'], queryFn: () => answer(api.GET('/api/v1/settings')) });
  async function save(part: Values) {
    client.setQueryData(['settings'], await answer(api.PATCH('/api/v1/settings', { ...mergePatch, body: part as unknown as Wire<'SettingsFields'> })));
    void client.invalidateQueries({ queryKey: ['me'] });
  }

  return (
    <SettingsFrame at="general">
      <div style={{ padding: '0.5rem 1rem', maxWidth: '36rem' }}>
        {settings.error ? <Failed error={settings.error} retry={() => { void settings.refetch(); }} /> : !settings.data ? <LinesLoading lines={8} height={18} /> : (
          <Facts label={t('settings.section.general')} values={settings.data} save={me.may('settings:manage') ? save : undefined}
            fields={[
              { name: 'name', label: t('settings.general.name'), whenEmpty: '' },
              { name: 'locale', label: t('settings.general.locale'), kind: 'select', required: true, options: [{ value: 'en', label: 'English' }, { value: 'es', label: 'Español' }] },
              { name: 'searchLanguage', label: t('settings.general.searchLanguage'), kind: 'select', options: ['english', 'spanish', 'portuguese', 'french', 'german', 'dutch', 'italian', 'simple'].map(value => ({ value, label: t(`settings.general.searchLanguages.${value as 'english'}`) })) },
              { name: 'timeZone', label: t('settings.general.timeZone'), kind: 'select', required: true, options: zones.map(z => ({ value: z, label: z })) },
              { name: 'referenceScheme', label: t('settings.general.referenceScheme'), kind: 'select', required: true, options: (['yearly', 'by_channel'] as const).map(value => ({ value, label: t(`settings.general.schemes.${value}`) })) },
              { name: 'pageLimit', label: t('settings.general.pageLimit'), kind: 'number' },
              { name: 'slaMonitored', label: t('settings.general.slaMonitored'), kind: 'switch' },
              { name: 'mailName', label: t('settings.general.mailName') },
              { name: 'mailAddress', label: t('settings.general.mailAddress'), kind: 'email' },
            ]} />
        )}
      </div>
    </SettingsFrame>
  );
}
