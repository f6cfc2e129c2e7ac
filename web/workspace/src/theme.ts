import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';
import i18next from 'i18next';

const iris: MantineColorsTuple = ['#f3f2ff', '#e4e3ff', '#c9c7fb', '#abaaf5', '#8f8def', '#7473e4', '#5b5bd6', '#5151cd', '#4343b3', '#343488'];
const gray: MantineColorsTuple = ['#fafafb', '#f4f4f6', '#ebebef', '#dfdfe4', '#cbcbd3', '#a7a8b3', '#7c7d8a', '#5c5d69', '#3a3b45', '#1d1e25'];
const dark: MantineColorsTuple = ['#e3e3e8', '#b9bac4', '#9899a6', '#74757f', '#474852', '#34353d', '#27282f', '#1b1c21', '#131418', '#0c0d10'];

// white on shade 6 has 5.6:1; the library's own red has 3.3:1
const red: MantineColorsTuple = ['#fff5f5', '#ffe8e8', '#ffd1d2', '#ffaeb0', '#ff8589', '#f2555a', '#cd2b31', '#b42328', '#931d21', '#6e1719'];

export const theme = createTheme({
  primaryColor: 'iris',
  // white on it has 5.4:1, in the dark theme too; on shade 5 it would have 4:1
  primaryShade: 6,
  colors: { iris, gray, dark, red },
  autoContrast: true,
  // where black and white on a colour have the same contrast (WCAG 2.2, relative luminance)
  luminanceThreshold: 0.179,
  fontFamily: '"Inter Variable", -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.125rem', lineHeight: '1.4' }, h2: { fontSize: '1rem', lineHeight: '1.4' }, h3: { fontSize: '0.875rem', lineHeight: '1.4' } } },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right' } },
    Menu: { defaultProps: { shadow: 'md', radius: 'md', transitionProps: { duration: 80 } } },
    Modal: { defaultProps: { radius: 'lg', transitionProps: { duration: 100, transition: 'fade' } }, styles: { content: { background: 'var(--desk-raised)' }, header: { background: 'var(--desk-raised)' } } },
    ModalCloseButton: { defaultProps: () => ({ 'aria-label': i18next.t('shared.close') }) },
    Notification: { defaultProps: () => ({ closeButtonProps: { 'aria-label': i18next.t('shared.close') } }) },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false } },
  },
});

/** Colours with a meaning, in both themes with the contrast that WCAG AA asks for. */
export const variables: CSSVariablesResolver = () => ({
  variables: { '--desk-sidebar-width': '15rem', '--desk-header-height': '3rem' },
  light: {
    '--mantine-color-body': '#ffffff', '--mantine-color-text': '#1d1e25', '--mantine-color-dimmed': '#62636f', '--mantine-color-placeholder': '#6f707c', '--mantine-color-error': '#c62a2f',
    '--desk-sidebar': '#f7f7f9', '--desk-raised': '#ffffff', '--desk-border': '#e6e6eb', '--desk-hover': '#f3f3f6', '--desk-selected': '#eeeefb', '--desk-subtle': '#f7f7f9',
    '--desk-note': '#fff8e6', '--desk-note-border': '#efd48b', '--desk-note-text': '#7a4f01', '--desk-public': '#f1f1fd', '--desk-public-border': '#d3d2f7',
    '--desk-danger': '#c62a2f', '--desk-warn': '#9a5b00', '--desk-good': '#18794e', '--desk-info': '#0b68cb',
  },
  dark: {
    '--mantine-color-body': '#131418', '--mantine-color-text': '#e6e6ea', '--mantine-color-dimmed': '#a2a3af', '--mantine-color-placeholder': '#8e8f9b', '--mantine-color-error': '#ff8589', '--mantine-color-anchor': '#a9a8f5',
    '--desk-sidebar': '#0e0f12', '--desk-raised': '#1a1b20', '--desk-border': '#292a32', '--desk-hover': '#1d1e24', '--desk-selected': '#24243c', '--desk-subtle': '#18191e',
    '--desk-note': '#2b2413', '--desk-note-border': '#5b4715', '--desk-note-text': '#f2cc75', '--desk-public': '#1c1c33', '--desk-public-border': '#37376a',
    '--desk-danger': '#ff8589', '--desk-warn': '#f5b454', '--desk-good': '#5bc994', '--desk-info': '#78b7ff',
  },
});
