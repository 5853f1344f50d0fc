/** Modules of the host by package: filled before anything that imports one of them is evaluated. The build lets those imports read it. */
export const hostPackages: Record<string, unknown> = {};
