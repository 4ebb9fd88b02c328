// `import { inspect } from 'premier/inspector'`.
import module from '../inspector.cjs';

export const { inspect, inspectServers } = module;
