/** Time and timers, so that tests can turn them by hand. Milliseconds. */
export interface Clock {
  now(): number;
  after(delay: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, call) => {
    const timer = setTimeout(call, delay);
    return () => {
      clearTimeout(timer);
    };
  },
};
