import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComfyEvent } from './events';
import { ComfySocket, reconnectDelay, type SocketLike, type SocketState } from './socket';

const GREETING = JSON.stringify({
  type: 'status',
  data: { status: { exec_info: { queue_remaining: 0 } }, sid: 'me' },
});
const STATUS = JSON.stringify({ type: 'status', data: { status: { exec_info: { queue_remaining: 1 } } } });

/** A socket that does what the test says. */
class FakeSocket implements SocketLike {
  binaryType = 'blob';
  readyState = 0;
  readonly sent: string[] = [];
  closeCalls = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(readonly url: string) {}

  send(data: string): void {
    this.sent.push(data);
  }

  close(): void {
    this.closeCalls += 1;
    this.readyState = 2;
  }

  /** The handshake is done. */
  accept(): void {
    if (this.readyState > 1) {
      return;
    }
    this.readyState = 1;
    this.onopen?.();
  }

  greet(): void {
    this.accept();
    this.say(GREETING);
  }

  say(data: unknown): void {
    this.onmessage?.({ data });
  }

  /** The connection is gone, or its close is confirmed. */
  gone(): void {
    if (this.readyState < 3) {
      this.readyState = 3;
      this.onclose?.();
    }
  }
}

let made: FakeSocket[];
let socket: ComfySocket;
let states: SocketState[];
let events: ComfyEvent[];

function last(): FakeSocket {
  const newest = made.at(-1);
  if (!newest) {
    throw new Error('no socket was opened');
  }
  return newest;
}

/** Sockets that could still reach the server. */
function alive(): number {
  return made.filter(({ readyState }) => readyState < 3).length;
}

function setUp(): void {
  made = [];
  states = [];
  events = [];
  socket = new ComfySocket({
    clientId: 'me',
    url: (id) => `ws://server/ws?clientId=${id}`,
    random: () => 1,
    open: (url) => {
      const opened = new FakeSocket(url);
      made.push(opened);
      return opened;
    },
  });
  socket.onState((state) => states.push(state));
  socket.onEvent((event) => events.push(event));
}

beforeEach(() => {
  vi.useFakeTimers();
  setUp();
});

afterEach(() => {
  socket.close();
  vi.useRealTimers();
});

describe('opening', () => {
  it('says its feature flags first, as binary-ready socket under its id', () => {
    socket.connect();
    expect(last().url).toBe('ws://server/ws?clientId=me');
    expect(last().binaryType).toBe('arraybuffer');
    last().accept();
    expect(last().sent.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: 'feature_flags', data: { supports_preview_metadata: true } },
    ]);
  });

  it('is open only after the greeting, and tells so before it passes the greeting on', () => {
    const order: string[] = [];
    socket.onState((state) => order.push(state));
    socket.onEvent(({ type }) => order.push(type));
    socket.connect();
    last().accept();
    expect(socket.state).toBe('connecting');
    last().say(GREETING);
    expect(order).toEqual(['waiting', 'connecting', 'open', 'status']);
  });

  it('gives up a handshake that never greets, and asks again ever more slowly', () => {
    socket.connect();
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const silent = last();
      silent.accept();
      vi.advanceTimersByTime(4999);
      expect(silent.closeCalls).toBe(0);
      vi.advanceTimersByTime(1);
      expect(silent.closeCalls).toBe(1);
      silent.gone();
      const from = Date.now();
      vi.advanceTimersToNextTimer();
      pauses.push(Date.now() - from);
      expect(made).toHaveLength(i + 2);
    }
    expect(pauses).toEqual([250, 500, 1000, 2000]);
  });

  it('opens one socket however often it is told to connect', () => {
    socket.connect();
    socket.connect();
    last().greet();
    socket.connect();
    socket.retryNow();
    expect(made).toHaveLength(1);
  });

  it('tries again when the address cannot be opened at all', () => {
    let tries = 0;
    const broken = new ComfySocket({
      clientId: 'me',
      url: () => 'nonsense',
      open: () => {
        tries += 1;
        throw new SyntaxError('bad address');
      },
    });
    broken.connect();
    vi.advanceTimersByTime(10_000);
    expect(tries).toBeGreaterThan(3);
    broken.close();
  });
});

describe('coming back', () => {
  it('grows its pauses up to a limit that meets a returning server within 5 s', () => {
    expect([0, 1, 2, 3, 4, 50].map((attempt) => reconnectDelay(attempt, 1))).toEqual([
      250, 500, 1000, 2000, 3000, 3000,
    ]);
    expect(reconnectDelay(0, 0)).toBe(125);
    expect(reconnectDelay(50, 0)).toBe(1500);
  });

  it('reconnects after a loss, says its flags again and starts with the short pause', () => {
    socket.connect();
    last().greet();
    vi.advanceTimersByTime(60_000);
    last().gone();
    expect(socket.state).toBe('waiting');
    vi.advanceTimersByTime(249);
    expect(made).toHaveLength(1);
    vi.advanceTimersByTime(1);
    last().greet();
    expect(made).toHaveLength(2);
    expect(last().sent).toHaveLength(1);
    expect(socket.state).toBe('open');
  });

  it('waits longer each time for a server that greets and hangs up', () => {
    socket.connect();
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      last().greet();
      last().gone();
      const from = Date.now();
      vi.advanceTimersToNextTimer();
      pauses.push(Date.now() - from);
    }
    expect(pauses).toEqual([250, 500, 1000, 2000]);
  });

  it('retryNow cuts a pause short', () => {
    socket.connect();
    last().gone();
    socket.retryNow();
    expect(made).toHaveLength(2);
    vi.advanceTimersByTime(4000);
    expect(made).toHaveLength(2);
  });

  it('passes nothing on from a socket it has left', () => {
    socket.connect();
    const old = last();
    old.greet();
    old.gone();
    vi.advanceTimersByTime(250);
    const before = events.length;
    old.say(STATUS);
    expect(events).toHaveLength(before);
  });
});

describe('deafness', () => {
  it('replaces a socket on which an accepted job stays without echo', () => {
    socket.connect();
    last().greet();
    socket.expectAnswer();
    vi.advanceTimersByTime(1999);
    expect(last().closeCalls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(last().closeCalls).toBe(1);
    expect(socket.state).toBe('waiting');
  });

  it('is content with any message', () => {
    socket.connect();
    last().greet();
    socket.expectAnswer();
    vi.advanceTimersByTime(1000);
    last().say('{"type":"crystools.monitor","data":{}}');
    vi.advanceTimersByTime(60_000);
    expect(last().closeCalls).toBe(0);
  });

  it('is content with a message that overtook the HTTP answer', () => {
    socket.connect();
    last().greet();
    const before = socket.received;
    last().say(STATUS);
    socket.expectAnswer(before);
    vi.advanceTimersByTime(60_000);
    expect(last().closeCalls).toBe(0);
  });

  it('does not wait for an answer while it is not open', () => {
    socket.connect();
    socket.expectAnswer();
    last().greet();
    vi.advanceTimersByTime(60_000);
    expect(last().closeCalls).toBe(0);
  });

  it('looks into silence while a job runs, more patiently each time', () => {
    socket.connect();
    last().greet();
    socket.setBusy(true);
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const current = last();
      const from = Date.now();
      while (current.closeCalls === 0) {
        vi.advanceTimersByTime(1000);
      }
      waits.push(Date.now() - from);
      current.gone();
      vi.advanceTimersByTime(3000);
      last().greet();
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('is patient while messages come, and when nothing runs', () => {
    socket.connect();
    last().greet();
    vi.advanceTimersByTime(600_000);
    socket.setBusy(true);
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(9000);
      last().say(STATUS);
    }
    socket.setBusy(false);
    vi.advanceTimersByTime(600_000);
    expect(last().closeCalls).toBe(0);
    expect(made).toHaveLength(1);
  });
});

describe('never two sockets with one id', () => {
  function makeDeaf(): FakeSocket {
    socket.connect();
    const deaf = last();
    deaf.greet();
    socket.expectAnswer();
    vi.advanceTimersByTime(2000);
    return deaf;
  }

  it('waits for the close to be confirmed before it opens the next', () => {
    const deaf = makeDeaf();
    vi.advanceTimersByTime(900);
    expect(made).toHaveLength(1);
    deaf.gone();
    vi.advanceTimersByTime(250);
    expect(made).toHaveLength(2);
    expect(alive()).toBe(1);
  });

  it('does not wait for ever for a dead peer', () => {
    makeDeaf();
    vi.advanceTimersByTime(1250);
    expect(made).toHaveLength(2);
  });

  it('retryNow during the close opens one socket, right after it', () => {
    const deaf = makeDeaf();
    socket.retryNow();
    socket.retryNow();
    expect(made).toHaveLength(1);
    deaf.gone();
    expect(made).toHaveLength(2);
    last().greet();
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(2);
    expect(socket.state).toBe('open');
  });

  it('retryNow from a state listener opens no second socket', () => {
    socket.onState((state) => {
      if (state === 'waiting') {
        socket.retryNow();
      }
    });
    const deaf = makeDeaf();
    expect(made).toHaveLength(1);
    deaf.gone();
    expect(alive()).toBe(1);
    expect(made).toHaveLength(2);
  });

  it('a late confirmation of the old close changes nothing', () => {
    const deaf = makeDeaf();
    const { onclose } = deaf;
    vi.advanceTimersByTime(1250);
    last().greet();
    expect(deaf.onclose).toBeNull();
    expect(onclose).not.toBeNull();
    deaf.gone();
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(2);
    expect(socket.state).toBe('open');
  });

  it('close and connect in one breath open one socket, after the old one is gone', () => {
    socket.connect();
    const old = last();
    old.greet();
    socket.close();
    expect(socket.state).toBe('closed');
    socket.connect();
    expect(made).toHaveLength(1);
    old.gone();
    expect(made).toHaveLength(2);
    last().greet();
    expect(socket.state).toBe('open');
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(2);
  });

  it('holds for any order of losses, silences, retries and restarts', () => {
    const acts: ((n: number) => void)[] = [
      () => made.at(-1)?.greet(),
      () => made.at(-1)?.gone(),
      (n) => made.filter(({ readyState }) => readyState === 2).forEach((each) => n % 2 && each.gone()),
      () => socket.retryNow(),
      () => socket.expectAnswer(),
      () => socket.close(),
      () => socket.connect(),
      (n) => socket.setBusy(n % 2 === 0),
      (n) => vi.advanceTimersByTime(n),
    ];
    const steps = fc.array(fc.tuple(fc.nat(acts.length - 1), fc.nat(2500)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (list) => {
        setUp();
        list.forEach(([act, n]) => {
          acts[act]?.(n);
          expect(made.filter(({ readyState }) => readyState < 2).length).toBeLessThanOrEqual(1);
        });
        // With a server that answers, it finds its way back.
        socket.setBusy(false);
        socket.connect();
        for (let ms = 0; ms < 4000 && socket.state !== 'open'; ms += 100) {
          made.forEach((each) => (each.readyState === 2 ? each.gone() : each.greet()));
          vi.advanceTimersByTime(100);
        }
        expect(socket.state).toBe('open');
        socket.close();
      }),
      { numRuns: 300 },
    );
  });
});

describe('closing', () => {
  it('stays closed', () => {
    socket.connect();
    last().greet();
    socket.close();
    last().gone();
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(1);
    expect(states.at(-1)).toBe('closed');
  });

  it('stays closed when it was waiting', () => {
    socket.connect();
    last().gone();
    socket.close();
    socket.retryNow();
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(1);
  });

  it('stops calling listeners that left', () => {
    const heard: string[] = [];
    const stopEvents = socket.onEvent(({ type }) => heard.push(type));
    const stopStates = socket.onState((state) => heard.push(state));
    stopEvents();
    stopStates();
    socket.connect();
    last().greet();
    expect(heard).toEqual([]);
  });
});

describe('messages', () => {
  it('passes text and binary events on and survives what it cannot read', () => {
    socket.connect();
    last().greet();
    events.length = 0;
    last().say(STATUS);
    last().say('not json');
    last().say('{"type":"custom"}');
    last().say(new ArrayBuffer(2));
    last().say(42);
    last().say(Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 1, 0x32, 0x68, 0x69).buffer);
    expect(events).toEqual([
      { type: 'status', data: { status: { exec_info: { queue_remaining: 1 } } } },
      { type: 'text', data: { node: '2', text: 'hi' } },
    ]);
    expect(socket.received).toBe(7);
  });
});
