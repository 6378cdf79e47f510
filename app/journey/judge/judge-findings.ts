import { nameImage } from "../plan.ts";
import type { Sight } from "../sight.ts";
import { nameHome } from "../whose-home.ts";
import { judgeCore, judgeDatabase } from "./judge-pods.ts";
import { broken, type Circumstances, couldNot, firstWords, imageOf, type Told } from "./told.ts";

export function judgeFinding(
  sight: Exclude<
    Sight,
    { kind: "no-answer" | "status" | "pod-stuck" | "spawn-failed" | "over-budget" | "cell" | "pull" | "ended" }
  >,
  around: Circumstances,
): Told {
  const { user, pods, log } = around;
  const image = imageOf(pods);
  switch (sight.kind) {
    case "not-the-hub": {
      const core = judgeCore(around);
      if (core) return core;
      return broken(
        "proxy",
        "not-the-hub",
        "What answers at the hub's address is not JupyterHub.",
        `It says: ${firstWords(sight.found)}.`,
        "Look at the ingress and at the name service: another program has the address.",
      );
    }
    case "version":
      return broken(
        "hub",
        "other-version",
        `JupyterHub ${sight.found} answers where ${sight.expected} is pinned.`,
        "The pod that runs is not that of the pinned chart.",
        "Look at hub.image in the values, and whether the rollout of Deployment hub ended.",
      );
    case "class":
      return broken(
        "hub",
        `other-${sight.what}`,
        `The hub runs ${sight.found}, and the values say ${sight.expected}.`,
        `Something sets the ${sight.what} after the values, or the hub did not take them.`,
        "Look at hub.extraConfig, and whether the hub restarted with the newest values.",
      );
    case "login":
      return judgeLogin(sight.verdict);
    case "probe-missing": {
      const database = judgeDatabase(log);
      if (database) return database;
      return couldNot(
        "probe-missing",
        PROBE_WORDS[sight.missing].replace("USER", user),
        sight.detail,
        "Declare the probe in the hub's values as docs/probe-user.md says, and deploy them.",
      );
    }
    case "in-use":
      return couldNot(
        "journey-runs",
        "Another journey is under way on this hub.",
        `It was begun at ${sight.startedAt} on ${sight.host}.`,
        "Wait until it ends. One that was cut off is cleared away after 20 minutes.",
      );
    case "image":
      return broken(
        "image",
        "other-image",
        `The server runs ${nameImage(sight.found)}, and ${nameImage(sight.expected)} is pinned.`,
        "What was tested is not what students get.",
        "Look for an image in profileList or in hub.extraConfig that comes after the pinned one.",
      );
    case "no-kernel":
      return broken(
        "image",
        "no-kernel",
        `No kernel starts in ${image}.`,
        `The server says: ${firstWords(sight.why)}.`,
        "Check that the image has ipykernel, and that jupyter kernelspec list shows the kernel that the notebook names.",
      );
    case "printed":
      return broken(
        "image",
        "cell-prints",
        `${sight.what} prints something else in ${image}.`,
        `It printed "${firstWords(sight.found)}", and "${firstWords(sight.expected)}" was expected.`,
        "Run the same cell in a server of this image.",
      );
    case "no-puller":
      return broken(
        "image",
        "no-nbgitpuller",
        `${image} has no nbgitpuller, so no link of the syllabus works.`,
        "The server knows no page git-pull.",
        "Install nbgitpuller in the image.",
      );
    case "commit":
      return broken(
        "content",
        "other-commit",
        `The link pulls commit ${sight.found.slice(0, 10)}, and the branch is at ${sight.expected.slice(0, 10)}.`,
        sight.changes.length > 0
          ? `Files differ from the commit: ${sight.changes.join(", ")}.`
          : "What students get is not the newest.",
        "Look at depth in the link, and at what nbgitpuller shows when you click it.",
      );
    case "no-file":
      return broken(
        "content",
        "no-file",
        `The link opens ${sight.file}, which is not there after the pull.`,
        `The server answered ${sight.status}.`,
        "Correct urlpath in the link: it begins with the name of the repository, and upper and lower case count.",
      );
    case "no-interface":
      return broken(
        "image",
        "no-interface",
        `The page ${sight.opens} does not open in ${image}.`,
        `The server answered ${sight.status}.`,
        "The link names an interface that the image does not have (lab, tree, notebooks, rstudio ...): correct the link or the image.",
      );
    case "widgets":
      return broken(
        "image",
        "widgets-differ",
        `Widgets will not be shown in ${image}.`,
        `${sight.says}.`,
        "Install the version of the front end that ipywidgets asks for.",
      );
    case "file-lost":
      return broken(
        "storage",
        "file-lost",
        "A student's file is gone after the server was stopped and started again.",
        `${sight.file} was written before and is not there now.`,
        "Look at singleuser.storage in the values: the home must be on a volume of its user.",
      );
    case "seen-by-others":
      return broken(
        "hub",
        "file-seen",
        `${sight.who} can read a student's file.`,
        `${sight.file} was answered with 200.`,
        "Take the hub off the network until it is known why: nobody's work is safe on it.",
      );
    case "home-shared": {
      const { home, sharers } = sight;
      return broken(
        "storage",
        "home-shared",
        "Students share one home: each of them reads, changes and deletes the files of all others.",
        sharers > 0
          ? `The probe's home is ${nameHome(home)}, and ${sharers === 1 ? "a server of another user has" : `${sharers} servers of other users have`} the same.`
          : `The probe's home is ${nameHome(home)}, which the values give every user.`,
        "Put {username} into singleuser.storage.static.subPath, or {user_server} into dynamic.pvcNameTemplate with hub.config.KubeSpawner.remember_pvc_name: false, or whoever has a claim keeps it. Nobody should work until then, and only people can tell whose files in the old home are whose.",
      );
    }
    case "grades":
      return broken(
        "grader",
        "other-grade",
        `${sight.what} gets ${sight.found}, and ${sight.expected} was expected.`,
        "Otter graded it in the students' own image.",
        "Run the same assignment with otter in a server of this image; look at its tests and at Otter's version.",
      );
  }
}

const PROBE_WORDS = {
  token: "The hub knows no service campanile, so Campanile cannot come in.",
  refused: "The hub does not know the token of service campanile.",
  scopes: "The token of service campanile may do less than a journey needs.",
  user: "The hub has no user USER, or hides it from service campanile.",
} as const;

function judgeLogin({ code, found, expected }: Extract<Sight, { kind: "login" }>["verdict"]): Told {
  const what = {
    "login-elsewhere": `A click on the course's link leads to ${found}, and not to ${expected}.`,
    "login-callback": `The login would send people back to ${found}, and not to ${expected}.`,
    "login-client": `The login is begun with ${found}.`,
  }[code];
  const why = {
    "login-elsewhere": "Students log in somewhere else than the values say, or not at all.",
    "login-callback": "The identity provider refuses an address that it does not know, and sends students to another hub.",
    "login-client": "The identity provider refuses a login without the hub's own client.",
  }[code];
  return broken("hub", code, what, why, "Correct the authenticator under hub.config in the values.");
}
