import type { Institution } from "../world/start-institution.ts";
import type { World } from "../world/start-world.ts";
import { type Shortcuts, typed } from "../world/write-shortcuts.ts";
import type { Narrator } from "./narrator.ts";

export interface ThingsToLookAt {
  world: World;
  institution: Institution;
  shortcuts: Shortcuts;
  worldFile: string;
}

/** Where everything is, for those who want to look around by themselves. */
export function showAddresses(narrator: Narrator, { world, institution, shortcuts, worldFile }: ThingsToLookAt): void {
  const { repository, login, token, campanileUrl } = institution;
  const clone = new URL(`${world.github.webUrl}/${repository}.git`);
  clone.username = login;
  clone.password = token;
  narrator.chapter("To look around");
  narrator.say(`  pull requests  ${world.github.webUrl}/${repository}`);
  narrator.say(`  repository     git clone ${clone.href}`);
  narrator.say(`  GitHub's API   ${world.github.apiUrl}  (token of ${login}: ${token})`);
  narrator.say(`  cluster        ${shortcuts.kubectl} get pods -A`);
  narrator.say(`  releases       ${shortcuts.helm} list -A`);
  narrator.say(`  Campanile      ${campanileUrl}/metrics`);
  narrator.say(`  logs           ${typed(world.logDir)}`);
  narrator.say(`  all of it      ${typed(worldFile)}`);
}
