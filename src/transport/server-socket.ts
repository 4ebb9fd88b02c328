/** A connection's socket as a server sees it: types only. */
import type { Socket } from 'node:net';

/** `net.Socket`, `tls.TLSSocket`, or a Duplex that was given to `server.emit('connection')`. */
export interface ServerSocket extends Socket {
  parser?: unknown;
  /** Of a TLSSocket. */
  readonly encrypted?: boolean;
  /** The response whose turn it is, as on `node:http`. */
  _httpMessage?: object | null;
  /** Reading is stopped by the server, and not by the program. */
  _paused?: boolean;
}
