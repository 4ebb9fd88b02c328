/**
 * Certificates that a parent looks after and its workers serve. In: states. Out: the same in every worker; an authority is
 * told to ask only once all of them can answer, for nobody knows which one it meets.
 */
import type { ServedState } from './certificates/served-state.js';
import type { ServingCertificates } from './certificates/serving.js';
import type { CertificateMessage, PoolWorker } from './pool-worker.js';
import { onParentMessage, tellParent } from './worker-messages.js';

/** Milliseconds after which nobody waits for a worker that doesn't answer any more. */
const patience = 5000;

/** The parent's side. */
export class PoolCertificates {
  #state: ServedState;
  #number = 0;
  /** Those that serve certificates, with the number of what they have. */
  readonly #workers = new Map<PoolWorker, number>();
  #check: () => void = () => {};

  constructor(state: ServedState) {
    this.#state = state;
  }

  /** Resolves once every worker has it in place. */
  async put(state: ServedState): Promise<void> {
    this.#state = state;
    this.#number++;
    for (const worker of this.#workers.keys()) this.#tell(worker);
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, patience);
      this.#check = () => {
        if ([...this.#workers.values()].some((number) => number < this.#number)) return;
        clearTimeout(late);
        resolve();
      };
      this.#check();
    });
  }

  /** A worker that begins to serve gets what there is; one that has it is counted. */
  hear(worker: PoolWorker, message: CertificateMessage): void {
    if (message.premier === 'wantsCertificates') {
      this.#workers.set(worker, -1);
      this.#tell(worker);
    } else if (message.premier === 'hasCertificates') this.#workers.set(worker, message.number);
    this.#check();
  }

  forget(worker: PoolWorker): void {
    this.#workers.delete(worker);
    this.#check();
  }

  #tell(worker: PoolWorker): void {
    worker.tell({ premier: 'certificates', number: this.#number, state: this.#state });
  }
}

/** The worker's side: follows its parent's states. Resolves once the first is in place. */
export function followParent(serving: ServingCertificates): Promise<void> {
  return new Promise((resolve) => {
    onParentMessage('certificates', ({ number, state }) => {
      serving.use(state);
      void tellParent({ premier: 'hasCertificates', number });
      resolve();
    });
    void tellParent({ premier: 'wantsCertificates' });
  });
}
