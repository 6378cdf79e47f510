export const README_FILE = "README.md";

/**
 * README.md of a new `deploy-config` repository, for instructors who have never seen one.
 * @param jupyterhub the keys below which the chart expects JupyterHub's values
 */
export const readme = (jupyterhub: readonly string[]) => `# deploy-config

What the course hubs run. Change it with a pull request: Campanile answers with what the change would do in the cluster, and
deploys it after the merge, first to the first environment and then, if that went well, to the next (when: \`promotion\` in
\`campanile.yaml\`). \`campanile validate\` tells faults before you push.

| I want to | I change |
| --- | --- |
| give students another image | \`hubs/<hub>/pins/<env>.yaml\`: \`tag\` and \`digest\` |
| promote what staging runs | copy \`pins/staging.yaml\` over \`pins/prod.yaml\` |
| give students more memory | \`hubs/<hub>/values/common.yaml\`: \`${[...jupyterhub, "singleuser", "memory"].join(".")}\` |
| change something for one environment only | \`hubs/<hub>/values/<env>.yaml\` |
| change something for all hubs | \`values/common.yaml\`; the pull request lists every hub it touches |
| go back to what ran before | revert the pull request on GitHub, and merge the revert |
| change a secret | \`sops edit hubs/<hub>/secrets/<env>.yaml\`; never commit one in clear |
| say who answers for a hub | \`hubs/<hub>/hub.yaml\` |
| say when students sit an exam | \`calendars/<hub>.ics\`: an event with \`CATEGORIES:EXAM\` |
| add a hub | a folder in \`hubs/\`, like another one |
| add an environment or a cluster | \`campanile.yaml\`; each hub lists its environments in \`hub.yaml\` |

Values are plain Helm values. Later files win, maps merge, lists are replaced whole:
\`values/common.yaml\`, \`values/<env>.yaml\`, \`hubs/<hub>/values/common.yaml\`, \`hubs/<hub>/values/<env>.yaml\`,
\`hubs/<hub>/secrets/<env>.yaml\`, and last the pinned image.

Calendars are iCalendar files, as calendar programs export them: \`calendars/<hub>.ics\` is that hub's, every other one in the folder
is everybody's. An event with \`CATEGORIES:EXAM\` is an exam: from an hour before it to its end Campanile starts no server of its own
on that hub, but in the first environment. Times name their zone (\`DTSTART;TZID=America/Los_Angeles:20261014T190000\`).

The first line of each other file names its schema, so that an editor with a YAML language server completes keys and marks mistakes
while you type. The schemas are in \`.schema/\`; they are written by Campanile and not edited by hand. After an update of Campanile
run \`campanile init\` in this folder: it brings \`.schema/\` up to date and touches nothing else.
`;
