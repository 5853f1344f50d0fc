/** The module that kernels send to pages without the JupyterLab extension. */
export { pageRuntime as runtime } from './runtime/page-runtime.ts';
