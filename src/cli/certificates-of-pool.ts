// Certificates where workers serve: the parent looks after them, and the workers follow. In: the options of the command, and
// what the workers say. Out: nothing but that.
import type { ServedState } from '../operation/certificates/served-state.js';
import type { CertificateMessage, PoolWorker } from '../operation/pool-worker.js';
import { PoolCertificates } from '../operation/worker-certificates.js';
import { hintAtTrust, managedCertificates } from './certificates.js';
import type { Context } from './context.js';

export interface CertificatesOfPool {
  hear(worker: PoolWorker, message: CertificateMessage): void;
  forget(worker: PoolWorker): void;
  /** The first worker serves. */
  serve(): void;
  close(): void;
}

/** Looks after what the options ask for; nothing for plain http. */
export async function certificatesOfPool(context: Context): Promise<CertificatesOfPool | undefined> {
  let pool: PoolCertificates | undefined;
  const managed = await managedCertificates(context, (state: ServedState) => pool?.put(state));
  if (!managed) return undefined;
  pool = new PoolCertificates(managed.state);
  const { 'http-port': httpPort, domain } = context.args.settings;
  managed.answersHttp(httpPort !== undefined || domain.length > 0);
  return {
    hear: (worker, message) => {
      if (message.premier === 'answersNoHttp') managed.answersHttp(false);
      else pool.hear(worker, message);
    },
    forget: (worker) => pool.forget(worker),
    serve: () => {
      hintAtTrust(managed, context);
      managed.listening();
    },
    close: () => managed.close(),
  };
}
