/** Whether a server of this process listens on TCP already. Node tells by the inner name of what it listens with. */
export function isServerListening(): boolean {
  // Without an answer, whoever loads premier too late isn't told of it: nothing else hangs on it.
  const resources: string[] | undefined = process.getActiveResourcesInfo?.();
  return resources?.includes('TCPServerWrap') === true;
}
