// What a thread of the server runs where the server is not bundled.
import { runWorker } from './worker-main.ts';

runWorker();
