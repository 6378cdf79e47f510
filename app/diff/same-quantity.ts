/** Where Kubernetes reads a quantity: `1Gi` and `1024Mi` are the same request. */
const QUANTITY_PATHS = /(^|\.)(requests|limits|hard|capacity|allocatable)\.[^.]+$|sizeLimit$/;

/** @see Kubernetes, "Resource Management": suffixes of quantities */
const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

export function sameQuantity(path: string, one: string, other: string): boolean {
  if (!QUANTITY_PATHS.test(path)) return false;
  const [a, b] = [parseQuantity(one), parseQuantity(other)];
  return a !== undefined && a === b;
}

function parseQuantity(text: string): number | undefined {
  const [, number, suffix = ""] =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(text) ?? [];
  const factor = FACTORS[suffix];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
