/** Full jitter: a random wait up to a limit that doubles (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). */
export class Backoff {
  #attempt = 0;
  constructor(
    private readonly random: () => number = Math.random,
    private readonly first = 250,
    private readonly most = 15_000,
  ) {}

  reset(): void {
    this.#attempt = 0;
  }
  next(): number {
    return this.random() * Math.min(this.most, this.first * 2 ** this.#attempt++);
  }
}
