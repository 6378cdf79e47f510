import { parse } from "yaml";
import { z } from "zod";
import type { Rule } from "../../rule.ts";

const rules = z.object({ creation_rules: z.array(z.object({ path_regex: z.string().optional() })) });

export const sopsExpected: Rule = {
  code: "sops-expected",
  family: "secrets",
  severity: "block",
  title: "Files that .sops.yaml speaks of are encrypted",
  why: "A rule in .sops.yaml encrypts nothing by itself. A file that somebody made by hand under its path is pushed as it is, with everything in it.",
  fix: "Replace the secrets where they come from, write the new ones, and encrypt the file before the commit: sops encrypt --in-place FILE",
  runbook: "leaked-secret",
  example: {
    fails: {
      files: {
        ".sops.yaml": "creation_rules: [{ path_regex: '.*/keys/.*', age: age1example }]\n",
        "hubs/data8/keys/deployer.json": '{ "type": "service_account" }\n',
      },
    },
    passes: {
      files: {
        ".sops.yaml": "creation_rules: [{ path_regex: '.*/keys/.*', age: age1example }]\n",
        "hubs/data8/keys/deployer.json": '{ "type": "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]", "sops": { "mac": "ENC[]" } }\n',
      },
    },
  },
  check({ head }) {
    const texts = head.context.texts ?? new Map<string, string>();
    const patterns = patternsOf(texts.get(".sops.yaml") ?? "");
    return [...texts].flatMap(([file, text]) => {
      if (file === ".sops.yaml" || !patterns.some((pattern) => pattern.test(file)) || isEncrypted(text)) return [];
      return [{ at: { file, line: 1 }, what: `${file} should be encrypted, says .sops.yaml, but is not.` }];
    });
  },
};

/** A rule without a path is for whatever sops is told to encrypt; it says nothing of a file that lies there. */
function patternsOf(text: string): RegExp[] {
  try {
    const parsed = rules.safeParse(parse(text, { maxAliasCount: 10 }));
    const written = parsed.success ? parsed.data.creation_rules.flatMap((rule) => rule.path_regex ?? []) : [];
    const patterns = written
      .filter((pattern) => pattern.length < 200 && !/[*+]\)[*+]/.test(pattern))
      .map((pattern) => new RegExp(pattern));
    // One for every file is no word on which of them hold secrets.
    return patterns.filter((pattern) => !pattern.test("README.md") && !pattern.test("campanile.yaml"));
  } catch {
    return [];
  }
}

function isEncrypted(text: string): boolean {
  // What git-crypt hides is told by the loader, where it matters.
  return text.trim() === "" || text.startsWith("\0GITCRYPT\0") || /ENC\[|"sops"|^sops:|^sops_/m.test(text);
}
