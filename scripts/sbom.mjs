// The bill of materials of what is published, in CycloneDX's JSON: the packages that are bundled into dist/, and those
// that npm installs beside it. In: package-lock.json and the names that were bundled. Out: the same text for the same lock.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const purl = (name, version) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;

function component(name, { version, license, integrity }, bundled) {
  const content = integrity && Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  return {
    type: 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    ...(license
      ? { licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }] }
      : {}),
    ...(content ? { hashes: [{ alg: 'SHA-512', content }] } : {}),
    purl: purl(name, version),
    properties: [{ name: 'premier:bundled', value: String(bundled) }],
  };
}

/**
 * @param root - the checkout
 * @param bundled - the names of the packages of which dist/ has parts
 */
export function sbom(root, bundled) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const installed = Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  const lockOf = (one) => packages[`node_modules/${one}`];
  const components = [
    ...bundled.map((one) => component(one, lockOf(one), true)),
    ...installed.filter((one) => !bundled.includes(one)).map((one) => component(one, lockOf(one), false)),
  ];
  const main = { type: 'library', 'bom-ref': purl(name, version), name, version, purl: purl(name, version) };
  return `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { component: { ...main, licenses: [{ license: { id: license } }] } },
      components,
      dependencies: [
        { ref: main['bom-ref'], dependsOn: components.map((one) => one['bom-ref']) },
        ...components.map((one) => ({ ref: one['bom-ref'] })),
      ],
    },
    null,
    2,
  )}\n`;
}
