/**
 * What premier says to readers of documents, in French and English. In: a request and the language asked for by
 * option. Out: a language and its sentences. Nothing that a client sent is in them.
 */
import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import type { Language } from './options.js';

const languages: readonly Language[] = ['en', 'fr'];

/** The language of an answer: the option's, else the reader's, else English. */
export function languageFor(req: IncomingMessage, option: Language | undefined): Language {
  if (option !== undefined) return option;
  if (req.headers['accept-language'] === undefined) return 'en';
  return (new Negotiator(req).language([...languages]) as Language | undefined) ?? 'en';
}

interface Sentences {
  readonly contents: string;
  readonly parent: string;
  readonly name: string;
  readonly size: string;
  readonly modified: string;
  readonly sort: { readonly name: string; readonly size: string; readonly modified: string };
  readonly folder: string;
  readonly document: string;
  readonly empty: string;
  readonly filter: { readonly label: string; readonly submit: string; readonly all: string };
  /** Where the text that was looked for is in no name; it stands between these two. */
  readonly none: readonly [before: string, after: string];
  readonly folders: (count: number) => string;
  readonly documents: (count: number) => string;
  readonly page: (page: number, pages: number) => string;
  readonly previous: string;
  readonly next: string;
  /** The links to other pages, above and below the list. */
  readonly pages: readonly [above: string, below: string];
  readonly path: string;
  readonly start: string;
  readonly wayBack: string;
  /** For each status: what it is, and what the reader can make of it. */
  readonly statuses: Record<number, readonly [title: string, explanation: string]>;
}

const en: Sentences = {
  contents: 'Contents of',
  parent: 'Parent folder',
  name: 'Name',
  size: 'Size',
  modified: 'Modified',
  sort: { name: 'Sort by name', size: 'Sort by size', modified: 'Sort by date' },
  folder: 'Folder',
  document: 'Document',
  empty: 'This folder is empty.',
  filter: { label: 'Part of a name', submit: 'Filter', all: 'Show all' },
  none: ['No name here has “', '” in it.'],
  folders: (count) => `${count} ${count === 1 ? 'folder' : 'folders'}`,
  documents: (count) => `${count} ${count === 1 ? 'document' : 'documents'}`,
  page: (page, pages) => `Page ${page} of ${pages}`,
  previous: 'Previous page',
  next: 'Next page',
  pages: ['Pages', 'Pages, below'],
  path: 'Path',
  start: 'Back to the start',
  wayBack: 'Way back',
  statuses: {
    308: ['Moved', 'This document has another address.'],
    400: ['Bad request', 'This address is not well formed.'],
    403: ['Forbidden', 'The server may not read this document.'],
    404: ['Not found', 'There is no document at this address.'],
    405: ['Method not allowed', 'Documents here can be read, not changed.'],
    406: ['Not acceptable', 'The document is not available in any of the encodings asked for.'],
    412: ['Precondition failed', 'The document is not in the state that the request asks for.'],
    416: ['Range not satisfiable', 'The document has no such part.'],
    500: ['Server error', 'The document could not be read. Whoever runs the server can see why.'],
    503: ['Unavailable', 'The server has too much to do. Try again in a moment.'],
  },
};

const fr: Sentences = {
  contents: 'Contenu de',
  parent: 'Dossier parent',
  name: 'Nom',
  size: 'Taille',
  modified: 'Modifié',
  sort: { name: 'Trier par nom', size: 'Trier par taille', modified: 'Trier par date' },
  folder: 'Dossier',
  document: 'Document',
  empty: 'Ce dossier est vide.',
  filter: { label: 'Partie d’un nom', submit: 'Filtrer', all: 'Tout montrer' },
  none: ['Aucun nom ici ne contient « ', ' ».'],
  folders: (count) => `${count} ${count < 2 ? 'dossier' : 'dossiers'}`,
  documents: (count) => `${count} ${count < 2 ? 'document' : 'documents'}`,
  page: (page, pages) => `Page ${page} sur ${pages}`,
  previous: 'Page précédente',
  next: 'Page suivante',
  pages: ['Pages', 'Pages, en bas'],
  path: 'Chemin',
  start: 'Revenir au début',
  wayBack: 'Chemin du retour',
  statuses: {
    308: ['Déplacé', 'Ce document est à une autre adresse.'],
    400: ['Requête incorrecte', 'Cette adresse est mal formée.'],
    403: ['Interdit', 'Le serveur n’a pas le droit de lire ce document.'],
    404: ['Introuvable', 'Il n’y a pas de document à cette adresse.'],
    405: ['Méthode refusée', 'Ici, les documents se lisent et ne se modifient pas.'],
    406: ['Rien d’acceptable', 'Le document n’existe dans aucun des encodages demandés.'],
    412: ['Condition non remplie', 'Le document n’est pas dans l’état que la requête exige.'],
    416: ['Plage hors du document', 'Le document n’a pas de telle partie.'],
    500: [
      'Erreur du serveur',
      'Le document n’a pas pu être lu. La raison est connue de qui gère le serveur.',
    ],
    503: ['Indisponible', 'Le serveur a trop à faire. Réessayez dans un instant.'],
  },
};

export const sentences: Record<Language, Sentences> = { en, fr };
