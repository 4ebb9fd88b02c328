/**
 * The time between a request to stop and the stop. In: seconds. Out: a promise. A balancer needs it to hear that this
 * server is not ready any more, and to send nobody there; until then everybody is served.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Seconds that Kubernetes takes, with some room, until nobody sends requests to a pod that it ends. */
const onKubernetes = 5;

/** The seconds to wait where nobody says so: none, but on Kubernetes. */
export function usualDrainDelay(environment: NodeJS.ProcessEnv = process.env): number {
  return environment.KUBERNETES_SERVICE_HOST ? onKubernetes : 0;
}

/** Waits, and serves meanwhile. */
export async function drain(seconds: number): Promise<void> {
  if (seconds > 0) await delay(seconds * 1000);
}
