import type { LiveSession } from '../hub/session-hub.ts';

/** The answer of `/api/dashboard/:section`: what one session shows, its document as the producer sent it. */
export function dashboardAnswer(live: LiveSession): Record<string, unknown> {
  const { store, session, name, connected, epochId, startedUs, seq } = live;
  const { document } = store;
  return {
    session,
    name,
    connected,
    epoch: { id: epochId, startedUs },
    seq,
    title: document?.title ?? null,
    timezone: document?.timezone ?? null,
    problems: (document?.problems ?? []).map(({ code, message }) => ({ code, message })),
    widgets: (document?.widgets ?? []).map(({ id, kind, name: widget, options, problems }) => ({
      id,
      kind,
      name: widget,
      title: options.title,
      problems: problems.map(({ code, message }) => ({ code, message })),
    })),
    document: live.document,
  };
}
