import { counter, gauge, type MetricFamily } from './metric-family.ts';

/** How many people are logged in; nothing where there are no users. Refused ones are counted by code with everything refused. */
export function accountFamilies(access: {
  readonly hasUsers: boolean;
  readonly logInCounts: { readonly held: number; readonly begun: number };
}): readonly MetricFamily[] {
  if (!access.hasUsers) return [];
  const { held, begun } = access.logInCounts;
  return [
    gauge('streamviz_log_ins_held', 'Log-ins that have not ended', held),
    counter('streamviz_log_ins', 'Log-ins since the server began', begun),
  ];
}
