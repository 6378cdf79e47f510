/** GitHub writes moments in whole seconds. */
export const moment = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

export const momentOrNull = (date: Date | null | undefined): string | null => (date ? moment(date) : null);

/** GitHub's older form of a global id; readers must not look inside. */
export const nodeId = (type: string, id: number | string): string =>
  Buffer.from(`0${type.length}:${type}${id}`).toString("base64");
