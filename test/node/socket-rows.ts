// Rows of /proc/net/tcp and /proc/net/tcp6, as Linux writes them.

export const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

/** @param waiting - how many wait, where the socket listens */
export const row = (
  [local, remote, state]: readonly [local: string, remote: string, state: string],
  { place = '   0', waiting = 0, inode = 122 } = {},
) =>
  `${place}: ${local} ${remote} ${state} 00000000:${waiting.toString(16).toUpperCase().padStart(8, '0')} 00:00000000 00000000` +
  `     0        0 ${inode} 1 00000000dc555759 100 0 0 10 0`;

/** A socket that listens, with so many that wait. */
export const listening = (waiting: number, inode: number) =>
  row(['0100007F:1F90', '00000000:0000', '0A'], { waiting, inode });

export const LISTENS = listening(0, 122);
export const HALF = row(['0100007F:1F90', '0100007F:B4AE', '03']);
export const HALF6 = row(
  ['0000000000000000FFFF00000100007F:1F90', '0000000000000000FFFF00000100007F:B4AE', '03'],
  { place: '12345' },
);
