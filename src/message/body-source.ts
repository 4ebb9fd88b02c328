/**
 * What a request asks of its connection: more of its body, or an end to it.
 *
 * A request that no server made asks the socket it was given, if any, as on `node:http`.
 */
import type { Socket } from 'node:net';
import { finished } from 'node:stream';

/** Called when what carried the request is closed. */
export type ClosedCallback = (error: Error | null) => void;

/** A request, as far as its source is concerned. */
export interface AskingRequest {
  /** Null where whoever destroys the request wants no more of its body, and its response. */
  readonly socket: Socket | null;
}

export interface BodySource {
  /** The reader of `request` wants more. */
  more(request: AskingRequest): void;
  /**
   * The reader gives `request` up before its end. Returns false where nothing has to be closed for that.
   * @param closed - called when it is closed
   */
  abort(request: AskingRequest, error: Error | null, closed: ClosedCallback): boolean;
}

/** What carries requests, as far as they are concerned; `_paused` is the server's own back-pressure. */
type SourceSocket = Pick<Socket, 'readable' | 'resume' | 'destroyed' | 'destroy'> & { _paused?: boolean };

/** Shared by all requests, and so never changed. */
export const socketSource: BodySource = Object.freeze({
  more({ socket }: AskingRequest) {
    const { readable, _paused } = (socket ?? {}) as SourceSocket;
    if (readable && !_paused) socket?.resume();
  },
  abort({ socket }: AskingRequest, error: Error | null, closed: ClosedCallback) {
    if (!socket || socket.destroyed) return false;
    socket.destroy(error ?? undefined);
    const stopWaiting = finished(socket, (socketError) => {
      stopWaiting();
      closed(socketError?.code === 'ERR_STREAM_PREMATURE_CLOSE' ? null : (socketError ?? null));
    });
    return true;
  },
});
