/** vitest runs this for each test file. */
import { afterEach } from 'vitest';
import { clean } from './cleaning.ts';

afterEach(clean);
