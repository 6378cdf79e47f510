import { expect, test } from "vitest";
import type { ImagePull } from "../../app/domain/release-diff.ts";
import { describeImpact } from "../../app/report/describe-impact.ts";

const pulls: [ImagePull, string][] = [
  [
    { kind: "known", newBytes: 412_300_000, totalBytes: 3_140_000_000 },
    "each node pulls 412 MB more of the image (3.1 GB in all)",
  ],
  [{ kind: "known", newBytes: 3_140_000_000, totalBytes: 3_140_000_000 }, "each node pulls 3.1 GB of the image"],
  [{ kind: "known", newBytes: 12, totalBytes: 2_000_000 }, "each node pulls less than 1 MB more of the image (2 MB in all)"],
  [{ kind: "known", newBytes: 0, totalBytes: 2_000_000 }, "the image has nothing that the one before had not (2 MB in all)"],
  [{ kind: "at-most", totalBytes: 999_000_000 }, "each node pulls up to 999 MB of the image"],
  [
    { kind: "unknown", why: "the registry wants a login" },
    "how large the image is could not be found out: the registry wants a login",
  ],
];
test.for(pulls)("what is pulled of an image is told beside who notices: %j", ([pull, words]) => {
  expect(describeImpact({ class: "next-servers", students: 1_500, fitNowhere: [], pull })).toBe(
    `servers that are started afterwards are other ones (1,500 students); ${words}`,
  );
});
