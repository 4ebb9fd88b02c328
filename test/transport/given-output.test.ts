// Where a program's own stream stands in the place of a socket, whoever waits for a write is told as on a socket.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GivenOutput } from '../../dist/transport/given-output.js';
import { turns } from '../subjects.js';

type Written = (error?: Error | null) => void;

for (const error of [undefined, new Error('not taken')]) {
  test(`one who throws when told of a write ${error ? 'that failed' : 'that is done'} keeps no other from being told`, async () => {
    let written: Written = () => {};
    const write = (_text: string, _encoding: string, callback: Written) => {
      written = callback;
      return true;
    };
    const output = new GivenOutput({ writable: true, write } as never);
    const told: (Error | null | undefined)[] = [];
    const listener = (onWritten: Written) => ({ watched: true, endsResponse: false, onWritten });
    output.ascii('text');
    output.notify(
      listener(() => {
        throw new Error('the first one');
      }),
    );
    output.notify(listener((failure) => told.push(failure)));
    output.notify(listener((failure) => told.push(failure)));
    output.flush();
    assert.throws(() => written(error), /the first one/);
    await turns();
    assert.deepEqual(told, [error, error]);
  });
}
