import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the ports that Linux and macOS give to outgoing connections (32768 and 49152 upwards): one of those could take the port
 * before the program for which it is meant has it, or while that program restarts.
 */
const [FIRST, END] = [16_384, 32_768];
const ATTEMPTS = 100;

const given = new Set<number>();

/** A port that was free a moment ago, for programs that cannot choose one by themselves; another one at each call. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, END);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no port between ${FIRST} and ${END - 1} was free in ${ATTEMPTS} attempts; end programs that listen there`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
