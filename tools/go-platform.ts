import { ToolError } from "./tool-error.ts";

export interface GoPlatform {
  os: "linux" | "darwin";
  arch: "amd64" | "arm64";
}

/** This machine in Go's words. */
export function goPlatform(): GoPlatform {
  const os = process.platform === "linux" || process.platform === "darwin" ? process.platform : undefined;
  const arch = process.arch === "x64" ? "amd64" : process.arch === "arm64" ? "arm64" : undefined;
  if (os !== undefined && arch !== undefined) return { os, arch };
  throw new ToolError({
    what: `The tools cannot be built for ${process.platform} on ${process.arch}.`,
    why: "The local world's parts run on Linux and macOS, on 64-bit Intel and ARM processors.",
    fix: "Use such a machine; on Windows, WSL is one.",
  });
}
