import plugin from 'tailwindcss/plugin';

/**
 * The design tokens. Every colour is a role; a component never names a shade.
 * Surfaces are pure neutral greys: a tinted frame would lie about the picture's colours.
 * Text roles keep 4.5:1 and control outlines 3:1 against surface, raised and sunken, in both themes.
 */
const roles = {
  dark: {
    sunken: '#0e0e0e',
    surface: '#161616',
    raised: '#212121',
    line: '#333333',
    'line-strong': '#7d7d7d',
    text: '#efefef',
    'text-muted': '#a8a8a8',
    accent: '#ff7a45',
    'accent-quiet': '#3a241b',
    'on-accent': '#1c0d06',
    danger: '#ff8080',
    ok: '#5fd38a',
    warn: '#f0b849',
    info: '#7fb2ff',
    scrim: 'rgb(0 0 0 / 0.6)',
  },
  light: {
    sunken: '#e9e9e9',
    surface: '#f6f6f6',
    raised: '#ffffff',
    line: '#d2d2d2',
    'line-strong': '#7f7f7f',
    text: '#191919',
    'text-muted': '#575757',
    accent: '#b83a0b',
    'accent-quiet': '#f7e1d7',
    'on-accent': '#ffffff',
    danger: '#b3201f',
    ok: '#17693a',
    warn: '#7d5200',
    info: '#1b50b8',
    scrim: 'rgb(0 0 0 / 0.4)',
  },
};

const variables = (theme) => ({
  'color-scheme': theme,
  ...Object.fromEntries(Object.entries(roles[theme]).map(([role, value]) => [`--${role}`, value])),
  '--float-shadow': theme === 'dark' ? '0 8px 28px rgb(0 0 0 / 0.55)' : '0 8px 28px rgb(0 0 0 / 0.16)',
});

/** @type {import('tailwindcss').Config} */
export default {
  content: ['./index.html', './src/**/*.{ts,svelte}'],
  theme: {
    colors: {
      transparent: 'transparent',
      current: 'currentColor',
      ...Object.fromEntries(Object.keys(roles.dark).map((role) => [role, `var(--${role})`])),
    },
    borderRadius: { none: '0', sm: '6px', DEFAULT: '6px', lg: '10px', full: '9999px' },
    boxShadow: { none: 'none', float: 'var(--float-shadow)' },
    fontSize: {
      xs: ['12px', '16px'],
      sm: ['13px', '18px'],
      base: ['14px', '20px'],
      lg: ['16px', '24px'],
      xl: ['20px', '28px'],
    },
    fontWeight: { normal: '400', semibold: '600' },
    fontFamily: {
      sans: [
        'Inter Variable',
        'system-ui',
        'PingFang SC',
        'Microsoft YaHei',
        'Noto Sans CJK SC',
        'Noto Sans SC',
        'sans-serif',
      ],
      mono: ['ui-monospace', 'SFMono-Regular', 'Menlo', 'Consolas', 'monospace'],
    },
    transitionDuration: { DEFAULT: '150ms', fast: '120ms', slow: '200ms' },
    extend: { spacing: { rail: '64px', status: '28px', bar: '56px', panel: '320px', hit: '44px' } },
  },
  plugins: [
    plugin(({ addBase }) => {
      addBase({
        ':root': variables('dark'),
        '@media (prefers-color-scheme: light)': { ':root:not([data-theme])': variables('light') },
        ':root[data-theme="dark"]': variables('dark'),
        ':root[data-theme="light"]': variables('light'),
      });
    }),
  ],
};
