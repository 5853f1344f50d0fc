/** Colours of the page (src/view/theme-tokens.ts), which the server does not load: a test holds both together. */
export const FORM_COLOURS = {
  light: {
    ...{ canvas: '#f4f6f8', surface: '#ffffff', border: '#dfe3e8', control: '#7d8794' },
    ...{ text: '#171b21', 'text-2': '#4b5563', accent: '#0b5cd5', crit: '#a30d2b' },
  },
  dark: {
    ...{ canvas: '#0f1216', surface: '#16191f', border: '#2b313a', control: '#6d7785' },
    ...{ text: '#eceef1', 'text-2': '#b3bbc6', accent: '#6bb0ff', crit: '#ff7a75' },
  },
} as const;

const colours = (mode: 'light' | 'dark'): string =>
  Object.entries({ ...FORM_COLOURS[mode], 'on-accent': mode === 'light' ? '#ffffff' : '#0f1216' })
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

/** The style of the pages that stand before the dashboard: light, dark, 320 px wide, forced colours. */
export const FORM_STYLE = `
:root{color-scheme:light;${colours('light')}}
@media (prefers-color-scheme:dark){:root:not([data-theme="light"]){color-scheme:dark;${colours('dark')}}}
:root[data-theme="dark"]{color-scheme:dark;${colours('dark')}}
*{box-sizing:border-box}
body{display:grid;min-height:100dvh;margin:0;padding:max(24px,20vh) 16px 24px;place-content:start center;background:var(--canvas);color:var(--text);
font:400 13px/20px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{width:min(320px,100vw - 32px);padding:24px;border:1px solid var(--border);border-radius:8px;background:var(--surface)}
header{display:flex;gap:8px;align-items:center;min-width:0;margin:0 0 20px}
header img{flex:none;height:24px;max-width:120px;object-fit:contain}
h1{min-width:0;margin:0;font-weight:600;font-size:15px;line-height:20px;overflow-wrap:anywhere}
p{margin:0 0 16px;color:var(--text-2);overflow-wrap:anywhere}
p:last-child{margin-bottom:0}
label{display:block;margin:0 0 4px;color:var(--text-2)}
input{display:block;width:100%;height:36px;margin:0 0 16px;padding:0 10px;border:1px solid var(--control);border-radius:4px;
background:var(--surface);color:var(--text);font:inherit;font-size:14px}
input[aria-invalid]{border-color:var(--crit)}
:is(input,button,a):focus-visible{outline:2px solid var(--accent);outline-offset:1px}
input:focus-visible{border-color:var(--accent);outline-offset:-1px}
button,.go{display:flex;align-items:center;justify-content:center;width:100%;height:36px;margin:4px 0 0;padding:0 12px;border:1px solid var(--accent);
border-radius:4px;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
:is(button,.go):hover{background:color-mix(in srgb,var(--text) 12%,var(--accent))}
.bad{display:flex;gap:8px;margin:-4px 0 16px;color:var(--crit);font-weight:600}
.bad svg{flex:none;margin-top:3px}
.code{margin:-8px 0 16px;font:400 12px/20px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (pointer:coarse),(max-width:559px){input{height:44px;font-size:16px}button,.go{height:44px}}
@media (forced-colors:active){main{border-color:CanvasText}button,.go{border-color:ButtonText}}
`.replaceAll('\n', '');
