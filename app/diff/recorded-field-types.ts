import type { FieldTypes } from "../domain/field-types.ts";
import recorded from "./recorded-field-types.json" with { type: "json" };

/** What the API server of Kubernetes 1.36.3 says of the kinds that charts of hubs render; for previews without a cluster. */
export const RECORDED_FIELD_TYPES: FieldTypes = recorded;
