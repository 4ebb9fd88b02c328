/** Puts premier under `node:http` and `node:https`; has no values to import. */

/** The variables of the environment that premier reads. */
export interface Environment {
  /** `off`: `premier/register` changes nothing. `debug`: it says on stderr that premier is there, and why it refuses requests. */
  PREMIER?: 'off' | 'debug';
  /** `on`: with `premier/register` servers over TLS speak HTTP/2 as well, where their option `http2` says nothing. */
  PREMIER_HTTP2?: 'on' | 'off';
  /** The port of the command `premier`, where `--port` is not given; a program that it runs gets it too. */
  PORT?: string;
  /** The name and password that the command asks for, as `--auth`, but in no list of processes. */
  PREMIER_AUTH?: string;
  /** The language of the command, French where it begins with `fr`; then `LC_MESSAGES`, then `LANG`, are looked at. */
  LC_ALL?: string;
  /** No colours in the access log. */
  NO_COLOR?: string;
}
