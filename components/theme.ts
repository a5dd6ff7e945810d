import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core'

/** The lamp at the gate. Shade 7 carries white text at 5.0:1, shade 5 near-black text at 9:1. */
const amber: MantineColorsTuple = [
  '#fffbeb',
  '#fef3c7',
  '#fde68a',
  '#fcd34d',
  '#fbbf24',
  '#f59e0b',
  '#d97706',
  '#b45309',
  '#92400e',
  '#78350f',
]

const gray: MantineColorsTuple = [
  '#fafafa',
  '#f5f5f5',
  '#ebebeb',
  '#e0e0e0',
  '#d4d4d4',
  '#a3a3a3',
  '#666666',
  '#525252',
  '#2e2e2e',
  '#171717',
]

const dark: MantineColorsTuple = [
  '#ededed',
  '#c8c8c8',
  '#a3a3a3',
  '#8a8a8a',
  '#363636',
  '#2a2a2a',
  '#1c1c1c',
  '#121212',
  '#0c0c0c',
  '#070707',
]

const SMALL_HINT = { '--input-description-size': '12px' }
const SMALL_ERROR = { '--input-error-size': '12px' }

/** Mantine's knobs, set to the look of the console: one hue for action and focus, neutral greys for all else. */
export const theme = createTheme({
  primaryColor: 'amber',
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { amber, gray, dark },
  black: '#171717',
  fontFamily: "var(--font-geist), 'Geist Variable', system-ui, sans-serif",
  fontFamilyMonospace: "var(--font-geist-mono), 'Geist Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  fontWeights: { regular: '400', medium: '550', bold: '550' },
  headings: {
    fontWeight: '550',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.5', xl: '1.5' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '8px', xl: '12px' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    if (input.variant === 'subtle') return { ...colors, hover: 'var(--tg-hover)' }
    // Mantine decides this once for both schemes; amber carries white in the light one and near-black in the dark.
    const isPrimary = (input.color ?? input.theme.primaryColor) === input.theme.primaryColor
    return input.variant === 'filled' && isPrimary
      ? { ...colors, color: 'var(--mantine-primary-color-contrast)' }
      : colors
  },
  components: {
    Button: {
      defaultProps: { size: 'sm' },
      styles: { root: { height: 32, paddingInline: 12, fontSize: 13 } },
    },
    // Fields are as tall as buttons, so that a row of both has one base and one top.
    Input: { styles: { wrapper: { '--input-height-sm': '32px' } } },
    InputWrapper: { vars: () => ({ label: {}, required: {}, error: SMALL_ERROR, description: SMALL_HINT }) },
    InputDescription: { vars: () => ({ description: SMALL_HINT }) },
    InputError: { vars: () => ({ error: SMALL_ERROR }) },
    Select: { defaultProps: { checkIconPosition: 'right' } },
    Switch: { defaultProps: { withThumbIndicator: false } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false, fz: 12 } },
    Drawer: {
      styles: { title: { fontWeight: 550 } },
      defaultProps: { position: 'right', transitionProps: { duration: 160, timingFunction: 'ease-out' } },
    },
    Modal: {
      styles: { title: { fontWeight: 550 } },
      defaultProps: { centered: true, transitionProps: { duration: 140, timingFunction: 'ease-out' } },
    },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 120 } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } },
    Table: { defaultProps: { fz: 13 } },
    Badge: {
      defaultProps: { variant: 'light', radius: 'sm' },
      styles: { root: { textTransform: 'none', fontWeight: 550 } },
    },
  },
})

/** Colours Mantine derives too pale for text, corrected to at least 4.5:1 on the page in both schemes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-error': '#b91c1c',
    '--mantine-color-success': '#15703a',
    '--mantine-color-placeholder': '#6f6f6f',
    '--mantine-color-anchor': '#92400e',
    '--mantine-color-default-border': '#d9d9d9',
    '--mantine-color-disabled-color': '#757575',
    '--mantine-color-amber-light-color': '#7c2d12',
  },
  dark: {
    '--mantine-color-error': '#f87171',
    '--mantine-color-success': '#4ade80',
    '--mantine-color-placeholder': '#8f8f8f',
    '--mantine-color-anchor': '#fbbf24',
    '--mantine-color-body': '#101010',
    '--mantine-color-text': '#ededed',
    '--mantine-color-default': '#161616',
    '--mantine-color-default-hover': '#202020',
    '--mantine-color-default-border': '#333333',
    '--mantine-color-disabled-color': '#8a8a8a',
    '--mantine-color-amber-light': 'rgba(245, 158, 11, 0.14)',
    '--mantine-color-amber-light-hover': 'rgba(245, 158, 11, 0.2)',
    '--mantine-color-amber-light-color': '#fbbf24',
  },
})
