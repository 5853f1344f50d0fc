// What a worker of the history runs where the server is not bundled.
import { runWorker } from './worker-main.ts';

runWorker();
