import type { CheckRun } from "../state/checks.ts";
import type { Issue } from "../state/issues.ts";
import { fullName, type Repository } from "../state/repository.ts";

/** A plain page for a person who follows a link: a pull request with its checks and comments, a check run, or the list. */
export function renderPage(
  repository: Repository,
  at: { kind: string | undefined; number: string | undefined },
): string | undefined {
  const name = fullName(repository);
  if (at.kind === undefined || at.kind === "") return layout(name, listIssues(repository));
  if (at.kind === "runs") {
    const run = repository.checkRuns.get(Number(at.number));
    return run && layout(`${run.name} - ${name}`, renderRun(run));
  }
  if (at.kind !== "pull" && at.kind !== "issues") return undefined;
  const issue = repository.issues.get(Number(at.number));
  return issue && layout(`${issue.title} #${issue.number} - ${name}`, renderIssue(repository, issue));
}

function listIssues(repository: Repository): string {
  const rows = [...repository.issues.values()].reverse().map((issue) => {
    const link = `/${fullName(repository)}/${issue.pullRequest ? "pull" : "issues"}/${issue.number}`;
    return `<li><a href="${escapeHtml(link)}">#${issue.number} ${escapeHtml(issue.title)}</a> ${stateOf(issue)}</li>`;
  });
  return `<ul>${rows.join("")}</ul>`;
}

function renderIssue(repository: Repository, issue: Issue): string {
  const headSha = issue.pullRequest?.head.sha;
  const runs = [...repository.checkRuns.values()].filter((run) => run.suite.headSha === headSha);
  const checks = runs.map(
    (run) =>
      `<li><a href="/${escapeHtml(fullName(repository))}/runs/${run.id}">${escapeHtml(run.name)}</a>: ${run.conclusion ?? run.status}</li>`,
  );
  const comments = issue.comments.map((one) => `<h3>${escapeHtml(one.author.login)}</h3><pre>${escapeHtml(one.body)}</pre>`);
  return `<p>${stateOf(issue)}, by ${escapeHtml(issue.author.login)}</p><pre>${escapeHtml(issue.body ?? "")}</pre>
<h2>Checks</h2><ul>${checks.join("")}</ul><h2>Comments</h2>${comments.join("")}`;
}

function renderRun(run: CheckRun): string {
  const annotations = run.annotations.map(
    (one) => `<li>${escapeHtml(one.path)}:${one.start_line} ${one.annotation_level}: ${escapeHtml(one.message)}</li>`,
  );
  return `<p>${run.conclusion ?? run.status}</p><h2>${escapeHtml(run.output.title ?? "")}</h2>
<pre>${escapeHtml(run.output.summary ?? "")}</pre><pre>${escapeHtml(run.output.text ?? "")}</pre><ul>${annotations.join("")}</ul>`;
}

const stateOf = (issue: Issue): string => (issue.pullRequest?.merged ? "merged" : issue.state);

function layout(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}</style>
<h1>${escapeHtml(title)}</h1>${content}</html>\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
