import { Error as Dbos } from "@dbos-inc/dbos-sdk";
import { DBOSJSON, deserializeResError, serializeResErrorWithSerializer } from "@dbos-inc/dbos-sdk/internal/serialization";
import { expect, test } from "vitest";
import { asThrown } from "../../../app/adapters/durable/as-thrown.ts";
import { ClusterError, ConfigError, explanationOf } from "../../../app/domain/errors.ts";

const explanation = { code: "image-pull", what: "It failed.", why: "It was so.", fix: "Mend it." };
const author = () => new ConfigError(explanation);
const operator = () => new ClusterError({ ...explanation, canRetry: true }, { cause: new Error("below") });
const exhausted = () => new Dbos.DBOSMaxStepRetriesError("upgrade 1", 2, [new Error("first"), operator()]);

/** As the engine gives a step's error back after a restart. */
async function fromDatabase(error: Error): Promise<unknown> {
  const { serializedValue, serialization } = await serializeResErrorWithSerializer(error, DBOSJSON, DBOSJSON.name());
  return deserializeResError(serializedValue, serialization, DBOSJSON);
}

const thrown = (error: unknown) => asThrown(Promise.reject(error)).catch((again: unknown) => again);

test.each([
  ["the author's", author],
  ["the operator's", operator],
  ["the last of several that the engine gave up on", exhausted],
])("an expected error keeps its explanation, also through the database: %s", async (_whose, make) => {
  for (const error of [make(), await fromDatabase(make())]) expect(explanationOf(await thrown(error))).toMatchObject(explanation);
});

test("a bug stays a bug", async () => {
  for (const error of [new Error("a bug"), await fromDatabase(new TypeError("a bug"))]) expect(await thrown(error)).toBe(error);
});
