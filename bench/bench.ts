/** One figure of a benchmark. */
export interface Row {
  /** Its name in the object of figures, with the unit at its end: `change54Ms`. */
  key: string;
  /** For a reader. */
  what: string;
  value: number;
  unit: "ms" | "a second" | "times" | "of it" | "lines" | "MB" | "missed";
  /** What we promise on two cores: at least so many a second, and of everything else at most so much. */
  target?: number;
}

/** @param say tells on stderr what is being measured */
export type Bench = (say: (line: string) => void) => Promise<Row[]>;
