// `import { graceful } from 'premier/operation'`.
import module from '../operation.cjs';

export const { graceful } = module;
