// Takes the types out of a module for jest; tsc checks them elsewhere.
const { createHash } = require('node:crypto');
const { transformSync, version } = require('esbuild');

module.exports = {
  getCacheKey: (source, path) => createHash('sha256').update(version).update(path).update(source).digest('hex'),
  process: (source, path) =>
    transformSync(source, { loader: 'ts', format: 'cjs', target: 'es2022', sourcefile: path, sourcemap: 'inline' }),
};
