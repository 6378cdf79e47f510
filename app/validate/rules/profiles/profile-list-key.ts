import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.ts";
import { suggestName } from "../../../domain/suggest-name.ts";
import type { ValuePath } from "../../../domain/value-at.ts";
import { entriesAt, listAt } from "../../overrides.ts";
import { forEachRelease, type ReleaseFault, type Rule } from "../../rule.ts";

const ENTRY = ["display_name", "description", "slug", "default", "kubespawner_override", "profile_options"];
const OPTION = ["display_name", "unlisted_choice", "choices"];
const CHOICE = ["display_name", "default", "kubespawner_override"];

/** What a profile may override. @see KubeSpawner 1.1 to 7 and JupyterHub's Spawner: traits with `config=True` */
const TRAITS = [
  ..."allow_privilege_escalation args automount_service_account_token cmd common_labels container_security_context".split(" "),
  ..."cpu_guarantee cpu_limit debug default_url delete_pvc disable_user_config env_keep environment events_enabled".split(" "),
  ..."extra_annotations extra_container_config extra_containers extra_labels extra_pod_config extra_resource_guarantees".split(
    " ",
  ),
  ..."extra_resource_limits fs_gid gid http_timeout image image_pull_policy image_pull_secrets image_spec init_containers".split(
    " ",
  ),
  ..."ip lifecycle_hooks mem_guarantee mem_limit namespace node_affinity_preferred node_affinity_required node_selector".split(
    " ",
  ),
  ..."notebook_dir pod_affinity_preferred pod_affinity_required pod_anti_affinity_preferred pod_anti_affinity_required".split(
    " ",
  ),
  ..."pod_name_template pod_security_context port priority_class_name privileged pvc_name_template scheduler_name".split(" "),
  ..."secret_mount_path secret_name_template service_account start_timeout storage_access_modes storage_capacity".split(" "),
  ..."storage_class storage_extra_annotations storage_extra_labels storage_pvc_ensure storage_selector".split(" "),
  ..."supplemental_gids tolerations uid volume_mounts volumes working_dir".split(" "),
];

export const profileListKey: Rule = {
  code: "profile-list-key",
  family: "profiles",
  severity: "block",
  title: "A profile has only keys that KubeSpawner reads",
  why: "A misspelt setting is taken without a word and does nothing: students choose “more memory” and get what they had.",
  fix: "Write the key as KubeSpawner spells it, with underscores.",
  example: {
    fails: {
      common:
        "jupyterhub: { singleuser: { profileList: [{ display_name: Project, kubespawner_override: { memory_limit: 4G, mem_limt: 4G } }] } }",
    },
    passes: {
      common:
        "jupyterhub: { singleuser: { profileList: [{ display_name: Project, kubespawner_override: { mem_guarantee: 2G, mem_limit: 4G } }] } }",
    },
  },
  check: forEachRelease(({ values, placeOf, nameOf }) => {
    const judge = (map: Json | undefined, path: ValuePath, known: readonly string[]): ReleaseFault[] =>
      Object.keys(isJsonObject(map) ? map : {}).flatMap((key) => {
        if (known.includes(key)) return [];
        const meant = suggestName(underscored(key), known);
        // Keys of a fleet's own, such as lists of groups that a hook reads, are near to none of the known ones.
        if (meant === undefined) return [];
        const at = [...path, key];
        return [{ at: placeOf(at), what: `KubeSpawner does not read "${nameOf(at)}".`, fix: `Did you mean "${meant}"?` }];
      });
    return profilesOf(values).flatMap(({ profile, path }) => [
      ...judge(profile, path, ENTRY),
      ...judge(profile.kubespawner_override, [...path, "kubespawner_override"], TRAITS),
      ...entriesAt(profile, ["profile_options"]).flatMap(([name, option]) => {
        const optionPath = [...path, "profile_options", name];
        return [
          ...judge(option, optionPath, OPTION),
          ...entriesAt(option, ["choices"]).flatMap(([choice, value]) => [
            ...judge(value, [...optionPath, "choices", choice], CHOICE),
            ...judge(
              isJsonObject(value) ? value.kubespawner_override : undefined,
              [...optionPath, "choices", choice, "kubespawner_override"],
              TRAITS,
            ),
          ]),
        ];
      }),
    ]);
  }),
};

function profilesOf(values: JsonObject): { profile: JsonObject; path: ValuePath }[] {
  return listAt(values, ["singleuser", "profileList"]).flatMap((profile, index) =>
    isJsonObject(profile) ? [{ profile, path: ["singleuser", "profileList", index] }] : [],
  );
}

/** `memLimit`, as the chart's own keys are spelt, is the commonest slip. */
const underscored = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
