/**
 * Trouble with the file system → the status that tells the client the truth about it. In: an error of `node:fs`.
 * Out: a status code. Unknown trouble is 500; nothing of the error's text reaches the client.
 */

const statuses: Record<string, number> = {
  ENOENT: 404,
  ENOTDIR: 404,
  EISDIR: 404,
  ELOOP: 404,
  ENAMETOOLONG: 404,
  ENXIO: 404,
  EACCES: 403,
  EPERM: 403,
  EMFILE: 503,
  ENFILE: 503,
  ENOMEM: 503,
  EAGAIN: 503,
  EBUSY: 503,
};

/** The status for an error of the file system. */
export function statusOf(error: unknown): number {
  return statuses[(error as NodeJS.ErrnoException)?.code ?? ''] ?? 500;
}

/** Too much is being done at a time, and the client refuses the answer that could be had without. */
export function busy(): Error {
  return Object.assign(new Error('too many documents are being compressed'), { code: 'EAGAIN' });
}

/** The document was replaced again and again while it was being read. */
export function changing(): Error {
  return Object.assign(new Error('the document keeps changing while it is read'), { code: 'EBUSY' });
}
