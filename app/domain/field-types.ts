/** What a list of objects is told apart by: the value of these keys in each item. */
export interface MergeKey {
  name: string;
  /** What the API server takes where an item leaves the key away, such as `TCP` for a port's protocol. */
  default?: string;
}

/** Type of amounts: `1Gi` and `1024Mi` are the same. */
export const QUANTITY_TYPE = "io.k8s.apimachinery.pkg.api.resource.Quantity";

export interface FieldType {
  /** Name of the type of the value, or of each item where it is a list. */
  type?: string;
  /** A list whose items are told apart by these keys: their order is nothing. */
  mergeKeys?: MergeKey[];
  /** A list of plain values whose order is nothing. */
  isSet?: boolean;
}

/**
 * What an API server's OpenAPI says of the fields of its objects, as far as it matters when two are compared.
 * Fields under which there is neither a list with keys nor an amount are left out.
 */
export interface FieldTypes {
  /** `apps/v1 Deployment` -> name of its type. */
  kinds: Record<string, string>;
  /** Name of a type -> its fields. */
  types: Record<string, Record<string, FieldType>>;
}

export function kindKey(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}
