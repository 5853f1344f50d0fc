/**
 * The arrows of docs/architecture.md: core <- wire, dashboard <- session <- view <- entry points; transport knows wire.
 * The server draws nothing, the viewer opens no port, the JupyterLab extension knows the registry alone; src knows none of them.
 */
const only = (layer, allowed) => ({
  name: `${layer}-knows-only-${allowed.length ? allowed.join('-') : 'itself'}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
});

/** Everything that ships as TypeScript. */
const CODE = '^(src|standalone|lab-extension/src)/';

module.exports = {
  forbidden: [
    only('core', []),
    only('wire', ['core']),
    only('dashboard', ['core']),
    only('session', ['core', 'wire', 'dashboard']),
    only('transport', ['core', 'wire']),
    only('view', ['core', 'dashboard', 'session']),
    only('cli', ['core', 'dashboard']),
    {
      name: 'server-draws-nothing',
      severity: 'error',
      from: { path: '^standalone/server/' },
      to: { path: '^(src|standalone)/', pathNot: '^(src/(core|wire|dashboard|session)|standalone/server)/' },
    },
    {
      name: 'description-knows-no-server',
      severity: 'error',
      from: { path: '^standalone/server/openapi/' },
      to: { path: '^(src|standalone)/', pathNot: '^standalone/server/openapi/' },
    },
    {
      name: 'viewer-knows-no-server',
      severity: 'error',
      from: { path: '^standalone/viewer/' },
      to: { path: '^standalone/server/' },
    },
    {
      name: 'src-knows-no-face',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(standalone|lab-extension)/' },
    },
    {
      name: 'extension-knows-only-the-registry',
      severity: 'error',
      from: { path: '^lab-extension/src/' },
      to: { path: '^(src|standalone)/', pathNot: '^src/registry\\.ts$' },
    },
    {
      name: 'only-the-wiring-has-values-of-the-host',
      severity: 'error',
      from: { path: '^lab-extension/src/', pathNot: '^lab-extension/src/index\\.ts$' },
      to: { path: '^node_modules/', dependencyTypesNot: ['type-only'] },
    },
    {
      // Neither ipywidgets nor anything that would have to be bundled: the page must load without them.
      name: 'extension-uses-no-package-but-the-host',
      severity: 'error',
      from: { path: '^lab-extension/src/' },
      to: { path: '^node_modules/', pathNot: '^node_modules/@(jupyterlab|lumino)/' },
    },
    {
      name: 'pure-layers-use-no-platform',
      severity: 'error',
      from: { path: '^src/(core|dashboard|session)/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-optional'] },
    },
    { name: 'no-cycles', severity: 'error', from: { path: CODE }, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: { path: CODE }, to: { couldNotResolve: true } },
    {
      name: 'src-knows-no-tests',
      severity: 'error',
      from: { path: CODE },
      to: { path: '^(test|scripts|bench|lab-extension/test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
    },
  },
};
