/** What is looked for, and where, as the files say it. */
export interface ChartSource {
  chart: string;
  /** A version or a range. */
  version: string;
  repository: string;
}

/** One exact version of a chart, and how to get it. */
export interface FoundChart {
  version: string;
  /** As the repository's index tells it; absent when it does not. */
  digest?: string;
  fetch(): Promise<Buffer>;
}
