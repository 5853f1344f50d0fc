import type { FuzzTarget } from '../fuzz-target.ts';
import { documentTarget, optionsTarget, stateFilesTarget, stateTarget, wordsTarget } from './file-targets.ts';
import { cellSegmentTarget, sampleSegmentTarget } from './history-targets.ts';
import { eventIdTarget, ingestArrowTarget, ingestJsonTarget, ingestLinesTarget, queryTarget } from './http-targets.ts';
import { closeServers, logInTarget, requestTarget } from './request-targets.ts';
import { producerTextTarget, viewerTextTarget } from './socket-targets.ts';
import { frameTarget, messageTarget, pageTarget, seatTarget } from './wire-targets.ts';

/** Every parser that faces the network or a file. */
export const TARGETS: readonly FuzzTarget[] = [
  ...[frameTarget, messageTarget, seatTarget, pageTarget, viewerTextTarget, producerTextTarget],
  ...[ingestJsonTarget, ingestLinesTarget, ingestArrowTarget, queryTarget, eventIdTarget, requestTarget, logInTarget],
  ...[stateTarget, documentTarget, optionsTarget, wordsTarget, stateFilesTarget],
  ...[sampleSegmentTarget, cellSegmentTarget],
];

/** Ends what targets have started. */
export async function closeTargets(): Promise<void> {
  await closeServers();
  stateFilesTarget.close();
}
