/** The extension's own logic, in jsdom. No module of JupyterLab is loaded: only src/index.ts has values of it. */
export default {
  testEnvironment: 'jest-environment-jsdom',
  testRegex: '/test/.*\\.spec\\.ts$',
  setupFiles: ['<rootDir>/../test/one-seed.ts'],
  transform: { '\\.ts$': '<rootDir>/jest-typescript.cjs' },
};
