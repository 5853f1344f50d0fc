/** Gauge, and what metric and gauge share. */
export const WIDGET_CSS = `
.sv-gauge { position: absolute; inset: 0; }
.sv-gauge-chart { position: absolute; top: 0; }
.sv-gauge .sv-value { position: absolute; right: 0; left: 0; justify-content: center; }
.sv-gauge .sv-value[data-size="XL"] { height: 72px; font-size: 64px; line-height: 72px; }
.sv-gauge .sv-value[data-size="XL"] .sv-unit { font-size: 32px; }
.sv-gauge .sv-value[data-size="XL"] ~ .sv-gauge-end { font-size: 15px; }
.sv-gauge .sv-value[data-size="L"] { height: 48px; font-size: 40px; line-height: 48px; }
.sv-gauge .sv-value[data-size="L"] .sv-unit { font-size: 20px; }
.sv-gauge .sv-value[data-size="S"] { height: 28px; font-size: 22px; line-height: 28px; }
.sv-gauge .sv-value[data-size="XS"] { height: 20px; font-size: 14px; line-height: 20px; }
.sv-gauge .sv-value:is([data-size="S"], [data-size="XS"]) .sv-unit { font-size: 12px; }
.sv-gauge .sv-so-far { position: absolute; top: 100%; right: 0; left: 0; margin: 0; font-size: 11px; line-height: 16px; text-align: center; }
.sv-gauge-end { position: absolute; color: var(--sv-text-3); font-size: 11px; line-height: 16px; white-space: nowrap; transform: translateX(-50%); }
`;
