import '@mantine/charts/styles.css';
import { AreaChart, BarChart, DonutChart } from '@mantine/charts';
import classes from './reports.module.css';

export interface Slice { name: string; value: number; color: string }
export interface Series { name: string; label: string; color: string }
export type Row = Record<string, string | number>;

const box = { h: 240, w: '100%', tickLine: 'none', gridAxis: 'x', gridColor: 'var(--desk-border)', strokeDasharray: '0', barProps: { isAnimationActive: false, radius: 3 } } as const;

/** One number a name; a bar leads somewhere when `onPick` is given. */
export function Bars({ rows, series, stacked, lying, onPick }: { rows: Row[]; series: Series[]; stacked?: boolean; lying?: boolean; onPick?: (row: Row) => void }) {
  return (
    <div className={onPick ? classes.clickable : undefined}>
      <BarChart {...box} accessibilityLayer={false} data={rows} dataKey="name" series={series} {...(stacked ? { type: 'stacked' as const, withLegend: true } : {})} maxBarWidth={lying ? 18 : 36} {...(lying ? { orientation: 'vertical' as const, gridAxis: 'y' as const, yAxisProps: { width: 120, interval: 0 } } : {})}
        barProps={{ ...box.barProps, ...(onPick ? { onClick: (bar: { payload?: unknown }) => { onPick(bar.payload as Row); } } : {}) }} />
    </div>
  );
}

/** Numbers over time. */
export function Course({ rows, series }: { rows: Row[]; series: Series[] }) {
  return <AreaChart h={240} w="100%" accessibilityLayer={false} data={rows} dataKey="name" series={series} curveType="linear" withDots={false} tickLine="none" gridAxis="x" gridColor="var(--desk-border)" strokeDasharray="0" areaProps={{ isAnimationActive: false }} yAxisProps={{ allowDecimals: false }} xAxisProps={{ minTickGap: 24 }} />;
}

export function Donut({ slices, label }: { slices: Slice[]; label: string }) {
  return <DonutChart accessibilityLayer={false} data={slices} chartLabel={label} h={240} w="100%" size={170} thickness={22} paddingAngle={2} withTooltip strokeWidth={0} pieProps={{ isAnimationActive: false, rootTabIndex: -1 }} />;
}
