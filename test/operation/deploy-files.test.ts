// deploy/: each file is one that what reads it takes, as far as it is installed; Kubernetes' manifests are held to the fields
// that its reference has for them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../cli/command.js';
import { readYaml, type Yaml } from './plain-yaml.js';

const folder = fileURLToPath(new URL('../../deploy', import.meta.url));
const manifests = readFileSync(join(folder, 'kubernetes.yaml'), 'utf8');

/** What may stand somewhere: a kind of value, words, a list of one kind (`[kind]`), or fields, those with `!` required. */
type Schema = 'text' | 'number' | 'boolean' | 'labels' | 'quantities' | RegExp | [Schema] | Fields;
interface Fields {
  [field: string]: Schema;
}

const labels: Schema = 'labels';
const metadata: Schema = {
  'name!': /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  namespace: 'text',
  labels,
  annotations: labels,
};
const selector: Schema = { 'matchLabels!': labels };
const port: Schema = /^\d+$|^[a-z0-9-]{1,15}$/;
const action: Schema = { 'httpGet!': { path: /^\//, 'port!': port, scheme: /^HTTPS?$/ } };
const probe: Schema = {
  ...action,
  initialDelaySeconds: 'number',
  periodSeconds: 'number',
  timeoutSeconds: 'number',
  successThreshold: 'number',
  failureThreshold: 'number',
};
const container: Schema = {
  'name!': 'text',
  'image!': 'text',
  command: ['text'],
  args: ['text'],
  env: [{ 'name!': 'text', value: 'text' }],
  ports: [{ name: 'text', 'containerPort!': 'number', protocol: /^(TCP|UDP)$/ }],
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
  lifecycle: { preStop: action },
  resources: { requests: 'quantities', limits: 'quantities' },
  securityContext: {
    allowPrivilegeEscalation: 'boolean',
    readOnlyRootFilesystem: 'boolean',
    runAsNonRoot: 'boolean',
    runAsUser: 'number',
    capabilities: { drop: ['text'], add: ['text'] },
  },
};
const rolling: Schema = { maxUnavailable: /^\d+%?$/, maxSurge: /^\d+%?$/ };

/** By apiVersion and kind: https://kubernetes.io/docs/reference/kubernetes-api/ */
const schemas: Record<string, Fields> = {
  'apps/v1 Deployment': {
    'metadata!': metadata,
    'spec!': {
      replicas: 'number',
      'selector!': selector,
      strategy: { type: /^(RollingUpdate|Recreate)$/, rollingUpdate: rolling },
      'template!': {
        'metadata!': { 'labels!': labels },
        'spec!': {
          'containers!': [container],
          terminationGracePeriodSeconds: 'number',
          automountServiceAccountToken: 'boolean',
          securityContext: {
            runAsNonRoot: 'boolean',
            runAsUser: 'number',
            seccompProfile: { 'type!': /^(RuntimeDefault|Localhost|Unconfined)$/ },
          },
        },
      },
    },
  },
  'v1 Service': {
    'metadata!': metadata,
    'spec!': {
      'selector!': labels,
      type: /^(ClusterIP|NodePort|LoadBalancer)$/,
      'ports!': [{ name: 'text', 'port!': 'number', targetPort: port, protocol: /^(TCP|UDP)$/ }],
    },
  },
  'policy/v1 PodDisruptionBudget': {
    'metadata!': metadata,
    'spec!': { 'selector!': selector, maxUnavailable: /^\d+%?$/, minAvailable: /^\d+%?$/ },
  },
};

/** What is wrong with a value, with the path to it. */
function wrongs(value: Yaml, schema: Schema, path: string): string[] {
  if (schema instanceof RegExp)
    return isScalar(value) && schema.test(String(value)) ? [] : [`${path}: ${schema}`];
  if (Array.isArray(schema)) {
    if (!Array.isArray(value)) return [`${path}: no list`];
    return value.flatMap((item, index) => wrongs(item, schema[0], `${path}[${index}]`));
  }
  if (schema === 'text') return typeof value === 'string' ? [] : [`${path}: no text`];
  if (schema === 'number' || schema === 'boolean')
    return typeof value === schema ? [] : [`${path}: no ${schema}`];
  if (typeof value !== 'object' || Array.isArray(value)) return [`${path}: no fields`];
  if (schema === 'labels' || schema === 'quantities') {
    const form = schema === 'labels' ? /^[\w.-]+$/ : /^\d+(m|Ki|Mi|Gi)?$/;
    return Object.entries(value).flatMap(([name, item]) => wrongs(item, form, `${path}.${name}`));
  }
  const known = new Map(Object.entries(schema).map(([name, of]) => [name.replace('!', ''), of]));
  const missing = Object.keys(schema).filter(
    (name) => name.endsWith('!') && !Object.hasOwn(value, name.slice(0, -1)),
  );
  return [
    ...missing.map((name) => `${path}.${name.slice(0, -1)}: missing`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const of = known.get(name);
      return of === undefined ? [`${path}.${name}: unknown`] : wrongs(item, of, `${path}.${name}`);
    }),
  ];
}

const isScalar = (value: Yaml): boolean => typeof value !== 'object';

function wrongsOf(document: Yaml): string[] {
  const { apiVersion, kind, ...rest } = document as { [key: string]: Yaml };
  const name = `${apiVersion} ${kind}`;
  const schema = schemas[name];
  return schema === undefined ? [`${name}: unknown`] : wrongs(rest, schema, String(kind));
}

test('the manifests of Kubernetes have the fields that there are, and no others', () => {
  const documents = readYaml(manifests);
  assert.equal(documents.length, 3);
  for (const document of documents) assert.deepEqual(wrongsOf(document), []);
});

const broken: [what: string, from: string | RegExp, to: string, wrong: RegExp][] = [
  ['a field that is misspelt', 'readinessProbe', 'readinesProbe', /readinesProbe: unknown/],
  [
    'a field at the wrong place',
    '      terminationGracePeriodSeconds',
    '  terminationGracePeriodSeconds',
    /line \d+|unknown/,
  ],
  ['a text for a number', 'replicas: 3', 'replicas: three', /replicas: no number/],
  ['a kind that is none', 'kind: Service', 'kind: Servise', /v1 Servise: unknown/],
  ['what is missing', /\n +image: .*\n/, '\n', /image: missing/],
  ['a size without meaning', '256Mi', '256MB', /memory: /],
];
for (const [what, from, to, wrong] of broken) {
  test(`${what} in a manifest would be found`, () => {
    const changed = manifests.replace(from, to);
    assert.notEqual(changed, manifests);
    const found = () => {
      try {
        return readYaml(changed).flatMap(wrongsOf).join();
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(found(), wrong);
  });
}

test('what the manifests say of each other fits', () => {
  const [deployment, service, budget] = readYaml(manifests) as { [key: string]: never }[];
  const { template, selector } = (deployment as never as { spec: never }).spec as never as {
    template: { metadata: { labels: Yaml }; spec: { containers: { ports: { name: string }[] }[] } };
    selector: { matchLabels: Yaml };
  };
  const ports = template.spec.containers[0]?.ports.map(({ name }) => name) ?? [];
  const of = (document: unknown) => (document as { spec: Record<string, never> }).spec;
  assert.deepEqual(selector.matchLabels, template.metadata.labels);
  assert.deepEqual(of(service).selector, template.metadata.labels);
  assert.deepEqual((of(budget).selector as { matchLabels: Yaml }).matchLabels, template.metadata.labels);
  assert.ok(ports.includes((of(service).ports as { targetPort: string }[])[0]?.targetPort ?? ''));
});

/** What says whether a file is one of its own. */
const readers: [file: string, command: string, args: (path: string, scratch: string) => string[]][] = [
  ['haproxy.cfg', 'haproxy', (path) => ['-c', '-f', path]],
  [
    'nginx.conf',
    'nginx',
    (path, scratch) => {
      // It listens even to be looked at.
      const copy = join(scratch, 'nginx.conf');
      writeFileSync(
        copy,
        readFileSync(path, 'utf8').replace('listen 80;', `listen unix:${scratch}/nginx.sock;`),
      );
      return ['-t', '-p', scratch, '-e', 'stderr', '-g', `pid ${scratch}/nginx.pid;`, '-c', copy];
    },
  ],
  ['systemd/premier.socket', 'systemd-analyze', (path) => ['verify', path]],
];
for (const [file, command, args] of readers) {
  test(`${command} takes ${file}`, (t) => {
    const words = args(join(folder, file), temporaryFolder(t));
    const { error, status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    if (error) return t.skip(`there is no ${command}`);
    // The unit names a program of Node.js at its usual place, which may be elsewhere here.
    if (/not executable|No such file/.test(stderr)) return t.skip(stderr);
    assert.equal(status, 0, stdout + stderr);
  });
}
