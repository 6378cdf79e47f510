import { promisify } from "node:util";
import { constants, deflate, inflate } from "node:zlib";
import { LRUCache } from "lru-cache";
import type { LookupPath } from "../adapters/kubernetes/lookup-path.ts";
import type { Lookups } from "./render-release.ts";

/** A rendered hub takes about 20 KB here, so that a fleet of a thousand releases fits with base and head. */
const CACHE_LIMIT_BYTES = 48 * 1024 * 1024;
/** The same content in so many states of its cluster: that of now, and that of before the last rollout. */
const STATES = 4;

interface Known {
  asked: readonly LookupPath[];
  /** Of the answers to what was asked. */
  digest: string;
  packed: Buffer;
}

export interface RenderCache<T> {
  /** @param key names everything but the cluster; what was made counts as long as the cluster answers the lookups in the same way */
  getOrMake(key: string, lookups: Lookups, make: () => Promise<{ made: T; asked: readonly LookupPath[] }>): Promise<T>;
}

/** Keeps what is JSON, packed. What is asked for twice at once is made once. */
export function createRenderCache<T>(): RenderCache<T> {
  const cache = new LRUCache<string, Known[]>({ maxSize: CACHE_LIMIT_BYTES, sizeCalculation: sizeOf });
  const inTurn = new Map<string, Promise<unknown>>();

  async function find(key: string, lookups: Lookups): Promise<T | undefined> {
    for (const known of cache.get(key) ?? [])
      if ((await digestOf(lookups, known.asked)) === known.digest) return unpack<T>(known.packed);
    return undefined;
  }

  async function getOrMake(key: string, lookups: Lookups, make: Parameters<RenderCache<T>["getOrMake"]>[2]): Promise<T> {
    const found = await find(key, lookups);
    if (found !== undefined) return found;
    const { made, asked } = await make();
    const fresh = { asked, digest: await digestOf(lookups, asked), packed: await pack(made) };
    cache.set(key, [fresh, ...(cache.get(key) ?? [])].slice(0, STATES));
    return made;
  }

  return {
    getOrMake(key, lookups, make) {
      const before = inTurn.get(key) ?? Promise.resolve();
      const turn = before.then(
        () => getOrMake(key, lookups, make),
        () => getOrMake(key, lookups, make),
      );
      inTurn.set(key, turn);
      const leave = () => {
        if (inTurn.get(key) === turn) inTurn.delete(key);
      };
      turn.then(leave, leave);
      return turn;
    },
  };
}

async function digestOf(lookups: Lookups, asked: readonly LookupPath[]): Promise<string> {
  return lookups === "none" ? "none" : lookups.digest(asked);
}

function sizeOf(states: readonly Known[]): number {
  return states.reduce((bytes, { packed }) => bytes + packed.byteLength + 1_000, 0);
}

const toBytes = promisify(deflate);
const fromBytes = promisify(inflate);

async function pack(value: unknown): Promise<Buffer> {
  return toBytes(Buffer.from(JSON.stringify(value)), { level: constants.Z_BEST_SPEED });
}

/** Only what `pack` wrote ever comes here, and it was a T then. */
async function unpack<T>(packed: Buffer): Promise<T> {
  return JSON.parse((await fromBytes(packed)).toString("utf8")) as T;
}
