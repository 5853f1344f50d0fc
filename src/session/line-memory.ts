export { LineMemory } from '../core/retention/line-memory.ts';
