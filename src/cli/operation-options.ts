// The options for a program that runs for long: rows for the table in options.ts.
import { readAdminAddress, usualAdminAddress } from '../operation/admin-address.js';
import { flag, settled, valued, word } from './option-kinds.js';
import { readAdmin, readBytes, readCount, readPeers, readSeconds, readWorkers } from './option-values.js';

export const operationOptions = {
  workers: valued({
    group: 'operation',
    argument: word('NUMBER|auto', 'NOMBRE|auto'),
    read: readWorkers,
    about: {
      en: 'Serve with so many processes (auto: one for each core). SIGHUP replaces them one by one, refusing nobody.',
      fr: 'Servir avec ce nombre de processus (auto : un par cœur). SIGHUP les remplace un à un, sans refuser personne.',
    },
  }),
  'wait-ready': flag({
    group: 'operation',
    only: 'program',
    about: {
      en: "A worker serves in place of another only once its program has called process.send('ready').",
      fr: "Un processus n’en remplace un autre qu’une fois que son programme a appelé process.send('ready').",
    },
  }),
  'max-requests': valued({
    group: 'operation',
    argument: word('NUMBER', 'NOMBRE'),
    read: readCount,
    about: {
      en: 'Replace a worker after about so many requests.',
      fr: 'Remplacer un processus après à peu près ce nombre de requêtes.',
    },
  }),
  'max-memory': valued({
    group: 'operation',
    argument: word('SIZE', 'TAILLE'),
    read: readBytes,
    about: {
      en: 'Replace a worker that holds about so much memory, such as 512M or 2G.',
      fr: 'Remplacer un processus qui occupe à peu près cette mémoire, par exemple 512M ou 2G.',
    },
  }),
  admin: valued({
    group: 'operation',
    argument: word('ADDRESS', 'ADRESSE'),
    bare: usualAdminAddress,
    isValue: (text) => readAdminAddress(text) !== undefined,
    read: readAdmin,
    about: {
      en: `Answer /live, /ready, /status and /metrics at this address: PORT, HOST:PORT or unix:PATH; alone, at ${usualAdminAddress}. \`premier status\` and \`premier health\` ask there.`,
      fr: `Répondre à /live, /ready, /status et /metrics à cette adresse : PORT, HÔTE:PORT ou unix:CHEMIN ; seule, à ${usualAdminAddress}. \`premier status\` et \`premier health\` y demandent.`,
    },
  }),
  'stop-after': settled({
    group: 'operation',
    argument: word('SECONDS', 'SECONDES'),
    fallback: '30',
    read: readSeconds,
    about: {
      en: 'When stopping, cut the answers that are not finished after this time.',
      fr: 'À l’arrêt, couper les réponses qui ne sont pas finies au bout de ce temps.',
    },
  }),
  'drain-delay': valued({
    group: 'operation',
    argument: word('SECONDS', 'SECONDES'),
    read: readSeconds,
    about: {
      en: 'When stopping, go on serving for this time first, so that a balancer notices. Default: 0; on Kubernetes 5.',
      fr: 'À l’arrêt, servir encore ce temps d’abord, pour qu’un répartiteur le remarque. Par défaut : 0 ; sous Kubernetes 5.',
    },
  }),
  'trust-proxy': valued({
    group: 'operation',
    argument: word('NETWORK[,…]', 'RÉSEAU[,…]'),
    read: readPeers,
    about: {
      en: 'Believe these peers when they say who their client is (X-Forwarded-For, Forwarded): addresses, networks such as 10.0.0.0/8, loopback, unix.',
      fr: 'Croire ces pairs quand ils disent qui est leur client (X-Forwarded-For, Forwarded) : adresses, réseaux comme 10.0.0.0/8, loopback, unix.',
    },
  }),
  'proxy-protocol': valued({
    group: 'operation',
    argument: word('NETWORK[,…]', 'RÉSEAU[,…]'),
    read: readPeers,
    about: {
      en: 'Take connections from these peers only, which begin with the PROXY protocol, version 1 or 2.',
      fr: 'N’accepter que les connexions de ces pairs, qui commencent par le protocole PROXY, version 1 ou 2.',
    },
  }),
  'behind-proxy': flag({
    group: 'operation',
    about: {
      en: 'Keep idle connections for 80 s: longer than a balancer does, which else may use one as it is closed.',
      fr: 'Garder 80 s les connexions au repos : plus longtemps qu’un répartiteur, qui sinon peut se servir d’une qui se ferme.',
    },
  }),
} as const;
