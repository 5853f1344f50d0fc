// Set up before each file of tests: fast-check draws its cases from the one seed.
import fc from 'fast-check';
import { SEED } from './seed.ts';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
