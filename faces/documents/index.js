// `import { documents } from 'premier/documents'`.
import module from '../documents.cjs';

export const { documents } = module;
