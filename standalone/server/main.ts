// The server as a program: `node server.mjs`, `npx streamviz`, and what the Python package starts.
import { serve } from './command.ts';

declare const __STREAMVIZ_VERSION__: string;

const version = typeof __STREAMVIZ_VERSION__ === 'string' ? __STREAMVIZ_VERSION__ : '0.0.0';
// Nothing that is still open, such as the pipe of its starter, keeps a server alive that has ended.
process.exit(await serve(process.argv.slice(2), version));
