/** One webhook call of GitHub after its signature was found right. */
export interface Delivery {
  /** `X-GitHub-Delivery`: the same again when GitHub is asked to send it again. */
  guid: string;
  /** `X-GitHub-Event`: `push`, `pull_request` ... */
  event: string;
  /** Parsed body; hostile until the event stage has read it. */
  payload: unknown;
}
