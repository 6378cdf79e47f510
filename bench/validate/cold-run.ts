import { openGitTree } from "../../app/adapters/git/git-tree.ts";
import { loadFleet } from "../../app/load/load-fleet.ts";
import { fleetView } from "../../app/validate/fleet-view.ts";
import { validate } from "../../app/validate/validate.ts";

// Judges one commit and says how long that took since the process began.
const [repository = "", sha = ""] = process.argv.slice(2);
const { fleet, placeOfValue, findings } = await loadFleet(await openGitTree(repository, sha), sha);
if (!fleet) throw new Error(`the fleet has faults: ${findings[0]?.what}`);
const view = fleetView(fleet, placeOfValue);
const found = validate({ head: view, base: undefined });
if (found.length > 0) throw new Error(`the fleet has faults: ${found[0]?.what}`);
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({ wallMs: performance.now(), cpuMs: (user + system) / 1000, releases: view.releases.length }),
);
