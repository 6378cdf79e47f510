import { quantityToScalar } from "@kubernetes/client-node";

/** Where Kubernetes reads a quantity: `1Gi` and `1024Mi` are the same request. */
const QUANTITY_PATHS = /(^|\.)(requests|limits|hard|capacity|allocatable)\.[^.]+$|sizeLimit$/;

export function sameQuantity(path: string, one: string, other: string): boolean {
  if (!QUANTITY_PATHS.test(path)) return false;
  try {
    return quantityToScalar(one) === quantityToScalar(other);
  } catch {
    return false;
  }
}
