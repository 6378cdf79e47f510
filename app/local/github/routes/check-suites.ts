import { emitCheckSuite } from "../checks/check-suites.ts";
import { created, ok, type RepositoryCall, type RepositoryEndpoint } from "../http/endpoint.ts";
import { latestRuns, presentCheckRun, presentCheckSuite } from "../present/check.ts";
import type { CheckSuite } from "../state/checks.ts";
import { findById, findRefOrRefuse } from "./find.ts";

const read = { access: "repository", role: "pull", permissions: [{ checks: "read" }] } as const;

export const checkSuiteRoutes: RepositoryEndpoint[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}/check-suites", ...read, handle: listForRef },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/check-suites/{check_suite_id}",
    ...read,
    handle: async (call) => ok(await presentCheckSuite(call.github, call.repository, findSuite(call))),
  },
  { method: "GET", path: "/repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs", ...read, handle: listRuns },
  {
    method: "POST",
    path: "/repos/{owner}/{repo}/check-suites/{check_suite_id}/rerequest",
    access: "repository",
    role: "push",
    permissions: [{ checks: "write" }],
    handle: async (call) => {
      await emitCheckSuite(call.github, call.repository, {
        suite: findSuite(call),
        action: "rerequested",
        sender: call.sender(),
      });
      return created({});
    },
  },
];

async function listForRef(call: RepositoryCall) {
  const sha = await findRefOrRefuse(call, call.param("ref"));
  const appId = call.query("app_id");
  const suites = [...call.repository.checkSuites.values()].filter(
    (suite) => suite.headSha === sha && (appId === undefined || suite.app.id === Number(appId)),
  );
  const shown = call.page(suites).map((suite) => presentCheckSuite(call.github, call.repository, suite));
  return ok({ total_count: suites.length, check_suites: await Promise.all(shown) });
}

function listRuns(call: RepositoryCall) {
  const { runs } = findSuite(call);
  const wanted = call.query("filter") === "all" ? runs : latestRuns(runs);
  return ok({
    total_count: wanted.length,
    check_runs: call.page(wanted).map((run) => presentCheckRun(call.github, call.repository, run)),
  });
}

const findSuite = (call: RepositoryCall): CheckSuite => findById(call.repository.checkSuites, call.param("check_suite_id"));
