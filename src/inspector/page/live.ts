/** What the server tells as it happens. In: its event stream. Out: calls; after a pause it is taken up again by itself. */
import type { BatchView, GreetingView, PulseView } from '../exchange-view.js';

export interface LiveListener {
  /** @param isNew - another process than before answers, whose numbers begin again */
  greeted(greeting: GreetingView, isNew: boolean): void;
  batch(batch: BatchView): void;
  pulse(pulse: PulseView): void;
  cleared(): void;
  lost(): void;
}

/** ms until a stream that the server refused is asked for again; one that broke is taken up by the browser itself. */
const PAUSE = 2000;

export function listenLive(listener: LiveListener): void {
  let run = '';
  const open = (): void => {
    const source = new EventSource('api/feed');
    const on = <Data>(name: string, call: (data: Data) => void) =>
      // What the page's own server says is as it says.
      source.addEventListener(name, ({ data }) => call(JSON.parse(data) as Data));
    on<GreetingView>('greeting', (greeting) => {
      const isNew = run !== '' && run !== greeting.run;
      run = greeting.run;
      listener.greeted(greeting, isNew);
    });
    on<BatchView>('batch', (batch) => listener.batch(batch));
    on<PulseView>('pulse', (pulse) => listener.pulse(pulse));
    on('cleared', () => listener.cleared());
    source.addEventListener('error', () => {
      listener.lost();
      if (source.readyState === EventSource.CLOSED) setTimeout(open, PAUSE);
    });
  };
  open();
}
