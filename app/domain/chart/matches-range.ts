import semver from "semver";

/**
 * Whether a chart's version is one that a dependency, or Kubernetes' version one that a chart, asks for.
 * Helm's rules: a version may leave parts out, an early release is meant only where the range names one, and an empty range means none.
 */
export function matchesRange(version: string, range: string): boolean {
  const exact = parseVersion(version);
  if (exact === undefined) return false;
  return range.split("||").some((alternative) => matchesAll(exact, alternative.trim()));
}

/** The newest version that the range asks for. */
export function newestInRange(versions: readonly string[], range: string): string | undefined {
  return versions
    .flatMap((version) => parseVersion(version) ?? [])
    .filter((version) => matchesRange(version.raw, range))
    .sort(semver.rcompare)[0]?.raw;
}

interface Version extends semver.SemVer {
  /** As it was written. */
  raw: string;
}

function parseVersion(written: string): Version | undefined {
  const [, major, minor = ".0", patch = ".0", rest = ""] = /^v?(\d+)(\.\d+)?(\.\d+)?([-+].*)?$/.exec(written) ?? [];
  const parsed = major === undefined ? null : semver.parse(`${major}${minor}${patch}${rest}`, { loose: true });
  return parsed === null ? undefined : Object.assign(parsed, { raw: written });
}

function matchesAll(version: semver.SemVer, range: string): boolean {
  const terms = splitTerms(range);
  const namesEarlyRelease = terms.some((term) => /[\dxX*]-[0-9A-Za-z]/.test(term));
  if (version.prerelease.length > 0 && !namesEarlyRelease) return false;
  if (terms.length === 0) return false;
  return terms.every((term) => {
    const isExcluded = term.startsWith("!=");
    // `2.x-0` is 2.x with early releases; the library knows no such term.
    const plain = (isExcluded ? term.slice(2) : term).replace(/([xX*])-.*$/, "$1");
    const isMet = semver.satisfies(version.version, plain, { includePrerelease: true, loose: true });
    return isMet !== isExcluded;
  });
}

/** `>= 1.2, < 2` and `1.2 - 1.4`: terms are joined by commas or blanks, and a blank may stand after the sign. */
function splitTerms(range: string): string[] {
  return range
    .replace(/^(\S+)\s+-\s+(\S+)$/, ">=$1 <=$2")
    .replaceAll(/([<>=!~^]+)\s+/g, "$1")
    .replaceAll("=>", ">=")
    .replaceAll("=<", "<=")
    .split(/[\s,]+/)
    .filter(Boolean);
}
