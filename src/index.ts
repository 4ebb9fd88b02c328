/** The server half of `node:http`, over premier's own HTTP/1.1 engine. */
export {};
