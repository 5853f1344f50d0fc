/** What is random in the tests comes from this seed, so that they do the same each time; `STREAMVIZ_SEED=N` for other cases. */
export const SEED = Number(process.env.STREAMVIZ_SEED ?? 1);
