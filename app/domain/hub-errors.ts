/** Nothing answered: refused, no such host, cut off. Its message is the network's own. */
export class NoAnswer extends Error {
  override name = "NoAnswer";
}

/** A hub or a server behind it answered, and not with what was asked for. */
export class UnexpectedStatus extends Error {
  override name = "UnexpectedStatus";
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string) {
    super(`status ${status}`);
    this.status = status;
    this.text = text;
  }
}
