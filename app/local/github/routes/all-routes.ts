import type { Endpoint } from "../http/endpoint.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import type { Webhooks } from "../webhooks/send-webhooks.ts";
import { appHookRoutes } from "./app-hook.ts";
import { appRoutes } from "./apps.ts";
import { branchRoutes } from "./branches.ts";
import { checkRunRoutes } from "./check-runs.ts";
import { checkSuiteRoutes } from "./check-suites.ts";
import { commitRoutes } from "./commits.ts";
import { contentRoutes } from "./contents.ts";
import { deploymentStatusRoutes } from "./deployment-statuses.ts";
import { deploymentRoutes } from "./deployments.ts";
import { gitObjectRoutes } from "./git-objects.ts";
import { gitRefRoutes } from "./git-refs.ts";
import { issueCommentRoutes } from "./issue-comments.ts";
import { issueRoutes } from "./issues.ts";
import { peopleRoutes } from "./people.ts";
import { protectionRoutes } from "./protection.ts";
import { pullRoutes } from "./pulls.ts";
import { rateLimitRoutes } from "./rate-limit.ts";
import { reactionRoutes } from "./reactions.ts";
import { repositoryRoutes } from "./repositories.ts";
import { reviewRoutes } from "./reviews.ts";
import { statusRoutes } from "./statuses.ts";
import type { Archives } from "./tarball.ts";

/** Every operation of GitHub's API that is emulated. */
export function allRoutes(parts: { webhooks: Webhooks; limits: RateLimits; archives: Archives }): Endpoint[] {
  return [
    ...appRoutes,
    ...appHookRoutes(parts.webhooks),
    ...rateLimitRoutes(parts.limits),
    ...peopleRoutes,
    ...repositoryRoutes,
    ...branchRoutes,
    ...protectionRoutes,
    ...commitRoutes,
    ...contentRoutes,
    ...gitRefRoutes,
    ...gitObjectRoutes,
    ...parts.archives.routes,
    ...pullRoutes,
    ...reviewRoutes,
    ...issueRoutes,
    ...issueCommentRoutes,
    ...reactionRoutes,
    ...checkRunRoutes,
    ...checkSuiteRoutes,
    ...statusRoutes,
    ...deploymentRoutes,
    ...deploymentStatusRoutes,
  ];
}
