// Which suites of TLS the command offers. In: what was chosen for all of Node. Out: that, or a list of its own.
import { constants } from 'node:crypto';
import { DEFAULT_CIPHERS } from 'node:tls';

/**
 * Those with forward secrecy and authenticated encryption only (RFC 9325 §4.2): Node's own list has more, for the clients of
 * every kind of program. Whoever starts Node with `--tls-cipher-list` gets what that says.
 */
export function cipherSuites(): string {
  if (DEFAULT_CIPHERS !== constants.defaultCoreCipherList) return DEFAULT_CIPHERS;
  const ofTls13 = DEFAULT_CIPHERS.split(':').filter((name) => name.startsWith('TLS_'));
  return [...ofTls13, 'ECDHE+AESGCM', 'ECDHE+CHACHA20'].join(':');
}
