import type { RuleText } from "../validate/rule.ts";

/** Too large to be shown, or of another layout: such a check is told in words alone. */
export type FileCheck = Omit<RuleText, "example"> & { example?: RuleText["example"] };

const CAMPANILE_FILE = (rest: string) => `title: Courses
clusters: { courses: { context: courses, kubernetesVersion: 1.36.3 } }
charts: { hub: "https://charts.example/" }
${rest}
`;
/** A calendar of one event. */
const CALENDAR = (...lines: string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:midterm-1", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join("\n");
const MIDTERM = "SUMMARY:Midterm 1\nCATEGORIES:EXAM";
const ENVIRONMENTS = "environments: [{ name: staging }, { name: prod }]";
const HUB_FILE = (rest: string) => `title: Data 8\nowners: [ada]\n${rest}\n`;
const HUB_ENVIRONMENTS = `environments:
  staging: { url: "https://data8-staging.courses.example" }
  prod: { url: "https://data8.courses.example" }`;

/** What is found while files are read, before any rule looks at them: each by the code that its findings bear. */
export const FILE_CHECKS: readonly FileCheck[] = [
  {
    code: "yaml-syntax",
    family: "files",
    severity: "block",
    title: "Every file is YAML as Helm reads it",
    why: "One file that cannot be read stops the rollout of its hub, and a shared one that of all hubs. Ten merges of one fleet ended so.",
    fix: "Look at the line and at the one above: a colon, a quote or a bracket is missing, or a line is indented by a tab.",
    example: {
      fails: { common: "jupyterhub:\n  singleuser:\n    memory: { limit: 2G\n" },
      passes: { common: "jupyterhub:\n  singleuser:\n    memory: { limit: 2G }\n" },
    },
  },
  {
    code: "duplicate-key",
    family: "files",
    severity: "block",
    title: "A key is said once",
    why: "Helm keeps the last one and drops the other with all that is in it, without a word. Fourteen merges brought such a key to prod, where roles, mounts and probes were lost for a median of seventy days.",
    fix: "Merge the two blocks into one.",
    example: {
      fails: { common: "jupyterhub:\n  hub: { concurrentSpawnLimit: 64 }\n  hub: { allowNamedServers: true }\n" },
      passes: { common: "jupyterhub:\n  hub: { concurrentSpawnLimit: 64, allowNamedServers: true }\n" },
    },
  },
  {
    code: "yaml-tag",
    family: "files",
    severity: "block",
    title: "Values have no type tags but the plain ones",
    why: "What a tag such as !!timestamp makes of a value is another thing in each program that reads it.",
    fix: "Remove the tag and write the value in quotes.",
    example: {
      fails: { common: "jupyterhub: { singleuser: { extraEnv: { TERM_START: !!timestamp 2026-08-26 } } }" },
      passes: { common: "jupyterhub: { singleuser: { extraEnv: { TERM_START: '2026-08-26' } } }" },
    },
  },
  {
    code: "yaml-too-large",
    family: "files",
    severity: "block",
    title: "No file stands for more values than anybody wrote",
    why: "A few lines of aliases can stand for a billion values, which takes the memory of whoever reads them.",
    fix: "Write out what the aliases stand for, or split the file.",
  },
  {
    code: "file-too-large",
    family: "files",
    severity: "block",
    title: "Files are of a size that people write",
    why: "One large file would hold up everybody's checks.",
    fix: "Split the file, or move data out of it.",
  },
  {
    code: "unknown-key",
    family: "files",
    severity: "block",
    title: "Campanile's own files have only keys that it knows",
    why: "A misspelt key has no effect, and its author believes that it has.",
    fix: "Write the key as the finding suggests; the schemas under .schema complete them in an editor.",
    example: {
      fails: { files: { "hubs/data8/hub.yaml": HUB_FILE(`${HUB_ENVIRONMENTS}\nstudent: 1500`) } },
      passes: { files: { "hubs/data8/hub.yaml": HUB_FILE(`${HUB_ENVIRONMENTS}\nstudents: 1500`) } },
    },
  },
  {
    code: "missing-key",
    family: "files",
    severity: "block",
    title: "What has no default is said",
    why: "Without it Campanile would have to guess what runs where.",
    fix: "Add the key that the finding names.",
    example: {
      fails: { files: { "hubs/data8/hub.yaml": `title: Data 8\n${HUB_ENVIRONMENTS}\n` } },
      passes: { files: { "hubs/data8/hub.yaml": HUB_FILE(HUB_ENVIRONMENTS) } },
    },
  },
  {
    code: "invalid-value",
    family: "files",
    severity: "block",
    title: "Values are of the form that their key asks for",
    why: "A version that is a range or a tag that YAML reads as a number would be something else at each rollout.",
    fix: "Write the value as the finding says; often it only needs quotes.",
    example: {
      fails: {
        files: { "campanile.yaml": CAMPANILE_FILE("environments: [{ name: staging }, { name: prod, promotion: soon }]") },
      },
      passes: {
        files: { "campanile.yaml": CAMPANILE_FILE("environments: [{ name: staging }, { name: prod, promotion: auto }]") },
      },
    },
  },
  {
    code: "missing-file",
    family: "files",
    severity: "block",
    title: "Every file that a hub needs is there",
    why: "An environment without pins has nothing to run.",
    fix: "Add the file, or take the environment out of hub.yaml; campanile init writes a file as an example.",
    example: {
      fails: { files: { "hubs/data100/values/common.yaml": "{}" } },
      passes: {},
    },
  },
  {
    code: "unread-file",
    family: "files",
    severity: "block",
    title: "Every file under hubs, values and calendars is read",
    why: "Files are found by their names. One with a misspelt name is read by nothing, and nobody is told.",
    fix: "Rename the file, or remove it.",
    example: {
      fails: { files: { "hubs/data8/values/stagging.yaml": "{}" } },
      passes: {},
    },
  },
  {
    code: "calendar-syntax",
    family: "files",
    severity: "block",
    title: "Calendars are iCalendar files",
    why: "Where one line cannot be read nobody knows when the event is, and an exam that is missing protects nobody.",
    fix: "Mend the line, or export the calendar anew as .ics.",
    example: {
      fails: { files: { "calendars/data8.ics": CALENDAR(MIDTERM, "DTSTART;TZID=America/Los_Angeles", "DURATION:PT2H") } },
      passes: {
        files: {
          "calendars/data8.ics": CALENDAR(MIDTERM, "DTSTART;TZID=America/Los_Angeles:20261014T190000", "DURATION:PT2H"),
        },
      },
    },
  },
  {
    code: "calendar-time",
    family: "files",
    severity: "block",
    title: "Each time of a calendar is at some place",
    why: "19:00 is another moment in each place, and so is the beginning of a day: by a time without a zone an exam would be guarded hours too early or too late.",
    fix: "Name the zone as the time zone database does. A whole day is in the calendar's own zone, X-WR-TIMEZONE.",
    example: {
      fails: { files: { "calendars/data8.ics": CALENDAR(MIDTERM, "DTSTART:20261014T190000", "DURATION:PT2H") } },
      passes: {
        files: {
          "calendars/data8.ics": CALENDAR(
            MIDTERM,
            "DTSTART;TZID=America/Los_Angeles:20261014T190000",
            "DTEND;TZID=America/Los_Angeles:20261014T210000",
          ),
        },
      },
    },
  },
  {
    code: "calendar-rule",
    family: "files",
    severity: "block",
    title: "What repeats does so in a way that can be followed",
    why: "A rule may name dates that come every second, or never. Only those are followed whose next date is found at once. Where the event is no exam it is left out, and that is a warning.",
    fix: "Write the event as one that repeats daily, weekly, monthly or yearly, or as events of their own.",
    example: {
      fails: {
        files: {
          "calendars/data8.ics": CALENDAR(
            MIDTERM,
            "DTSTART;TZID=America/Los_Angeles:20261014T190000",
            "DURATION:PT2H",
            "RRULE:FREQ=HOURLY;BYHOUR=19",
          ),
        },
      },
      passes: {
        files: {
          "calendars/data8.ics": CALENDAR(
            MIDTERM,
            "DTSTART;TZID=America/Los_Angeles:20261014T190000",
            "DURATION:PT2H",
            "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE",
          ),
        },
      },
    },
  },
  {
    code: "hub-name",
    family: "files",
    severity: "block",
    title: "A hub's folder has a name that Kubernetes takes",
    why: "It becomes part of names of releases and namespaces.",
    fix: "Rename the folder: lower-case letters, digits and dashes, a letter first, at most 30 characters.",
    example: {
      fails: { files: { "hubs/Data_100/hub.yaml": HUB_FILE(HUB_ENVIRONMENTS) } },
      passes: {},
    },
  },
  {
    code: "duplicate-environment",
    family: "files",
    severity: "block",
    title: "Each environment is listed once",
    why: "The order of the list is the order of promotion, which would be unclear.",
    fix: "Remove one of the two.",
    example: {
      fails: {
        files: { "campanile.yaml": CAMPANILE_FILE("environments: [{ name: staging }, { name: prod }, { name: staging }]") },
      },
      passes: { files: { "campanile.yaml": CAMPANILE_FILE(ENVIRONMENTS) } },
    },
  },
  {
    code: "duplicate-release",
    family: "files",
    severity: "block",
    title: "Each hub and environment give a release of their own",
    why: "A release is named after its hub and its environment; two of one name would overwrite each other.",
    fix: "Rename one of the hubs.",
  },
  {
    code: "unknown-environment",
    family: "files",
    severity: "block",
    title: "A hub has only environments that the fleet has",
    why: "Their order of promotion is in campanile.yaml; an environment that is not there would never be deployed.",
    fix: "Write the environment's name as campanile.yaml has it.",
    example: {
      fails: {
        files: { "hubs/data8/hub.yaml": HUB_FILE(`${HUB_ENVIRONMENTS}\n  production: { url: "https://data8.courses.example" }`) },
      },
      passes: { files: { "hubs/data8/hub.yaml": HUB_FILE(HUB_ENVIRONMENTS) } },
    },
  },
  {
    code: "unknown-cluster",
    family: "files",
    severity: "block",
    title: "A release runs on a cluster that the fleet has",
    why: "Nobody would know how to reach it.",
    fix: "Write the cluster's name as campanile.yaml has it.",
    example: {
      fails: {
        files: { "campanile.yaml": CAMPANILE_FILE("environments: [{ name: staging, cluster: cuorses }, { name: prod }]") },
      },
      passes: {
        files: { "campanile.yaml": CAMPANILE_FILE("environments: [{ name: staging, cluster: courses }, { name: prod }]") },
      },
    },
  },
  {
    code: "unknown-chart",
    family: "files",
    severity: "block",
    title: "A pinned chart is one that the fleet says where to get",
    why: "Charts are fetched only from the repositories that campanile.yaml names.",
    fix: "Add the chart and its repository under charts in campanile.yaml.",
    example: {
      fails: {
        files: {
          "campanile.yaml": CAMPANILE_FILE(ENVIRONMENTS).replace("hub:", "jupyterhub:"),
        },
      },
      passes: { files: { "campanile.yaml": CAMPANILE_FILE(ENVIRONMENTS) } },
    },
  },
  {
    code: "plain-secret",
    family: "secrets",
    severity: "block",
    title: "Files under secrets/ are encrypted, every value of them",
    why: "What was pushed in clear is known to all who can read the repository, also after it is removed. A file that was edited without sops is refused at the rollout besides.",
    fix: "Replace the secrets where they come from, write the new ones with sops edit, and never open such a file in another way.",
    runbook: "leaked-secret",
    example: {
      fails: { files: { "hubs/data8/secrets/prod.yaml": "jupyterhub: { hub: { cookieSecret: not-a-real-one } }" } },
      passes: {
        files: {
          "hubs/data8/secrets/prod.yaml": `jupyterhub: { hub: { cookieSecret: "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]" } }
sops: { mac: "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]", lastmodified: "2026-11-01T00:00:00Z", version: 3.13.3 }
`,
        },
      },
    },
  },
  {
    code: "git-crypt",
    family: "secrets",
    severity: "block",
    title: "What is encrypted shows its keys",
    why: "git-crypt hides whole files: what would change in them, and what they take out of the other layers, nobody can see in a pull request. Secrets of a fleet that is only observed may be so; they are named and left out.",
    fix: "Encrypt the secrets with sops, and write what is no secret into a values file.",
  },
  {
    code: "opaque-secret",
    family: "secrets",
    severity: "info",
    title: "What is encrypted as a whole is not judged",
    why: "An encrypted text that is an item of a list, or that replaces a map of a file below, can be anything once it is decrypted. Checks and renders go on around it.",
    fix: "Nothing needs to be done. What is no secret can be judged when it stands in a values file.",
  },
  {
    code: "hubploy-images",
    family: "images",
    severity: "block",
    title: "hubploy.yaml names an image that hubploy can read",
    why: "hubploy stops with an error when it looks for the images, so the hub cannot be deployed.",
    fix: 'Write the image as "image_name: registry/name:tag", or name it in the values and remove "images".',
  },
  {
    code: "hubploy-version",
    family: "files",
    severity: "info",
    title: "hubploy.yaml fits the hubploy that is in use",
    why: "Keys come and go with hubploy's versions: an older or newer one ignores them or stops.",
    fix: "Pin hubploy's version, and keep the keys that it reads.",
  },
  {
    code: "two-images",
    family: "images",
    severity: "warn",
    title: "hubploy.yaml lists one image",
    why: "hubploy puts each of them at the same place in the values, so that the last one becomes everybody's. It was so on one hub for weeks, with an image that was meant for a trial.",
    fix: "List the image that everybody gets, and name others where they are used, such as in profileList.",
  },
  {
    code: "refused-file",
    family: "files",
    severity: "block",
    title: "Files of the fleet are plain files",
    why: "A link or a submodule leads out of the commit that is checked: what was reviewed would not be what is deployed.",
    fix: "Put the file itself into the repository.",
  },
  {
    code: "chart-unreadable",
    family: "files",
    severity: "block",
    title: "A chart in the fleet's own repository can be read",
    why: "Without its Chart.yaml and its values nobody can say what a hub would run with.",
    fix: "Mend the file that the finding names.",
  },
];
