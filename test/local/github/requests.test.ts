import { afterEach, expect, test } from "vitest";
import { refused } from "./answers.ts";
import { useGitHub } from "./github-fixture.ts";

const world = useGitHub();

afterEach(() => world.github.control.clearFaults());

const FAULTS = [
  { kind: "500", status: 500, words: /Server Error/, headers: {} },
  { kind: "502", status: 502, words: /Server Error/, headers: {} },
  { kind: "secondary-limit", status: 403, words: /secondary rate limit/, headers: { "retry-after": "7" } },
  { kind: "429", status: 429, words: /secondary rate limit/, headers: { "retry-after": "7" } },
  { kind: "primary-limit", status: 403, words: /API rate limit exceeded/, headers: { "x-ratelimit-remaining": "0" } },
] as const;

test.each(FAULTS)("GitHub can answer so many requests with $kind", async ({ kind, status, words, headers }) => {
  const { owner, repo } = await world.createRepository();
  const get = () => world.app.rest.repos.get({ owner, repo });
  await world.github.control.addRequestFault({ kind, method: "GET", path: "/repos/*", times: 2, retryAfterSeconds: 7 });
  // Another method and another path are served meanwhile.
  await world.app.rest.issues.create({ owner, repo, title: "Served" });
  await world.app.rest.users.getByUsername({ username: "ada" });
  expect(await refused(get(), status, words)).toMatchObject({ headers });
  await refused(get(), status, words);
  expect((await get()).data.name).toBe(repo);
});

test("GitHub can do what it is asked and then say that it failed", async () => {
  const { owner, repo } = await world.createRepository();
  const { issues } = world.app.rest;
  await world.github.control.addRequestFault({ kind: "work-then-502", method: "POST", path: "/repos/*/issues" });
  await refused(issues.create({ owner, repo, title: "Made all the same" }), 502, /Server Error/);
  expect((await issues.listForRepo({ owner, repo })).data.map((one) => one.title)).toEqual(["Made all the same"]);
});

test("GitHub can hang up", async () => {
  await world.github.control.addRequestFault({ kind: "hang-up", path: "/users/ada" });
  await expect(fetch(`${world.github.url}/users/ada`)).rejects.toThrow("fetch failed");
  expect((await fetch(`${world.github.url}/users/ada`)).status).toBe(200);
});

test("what has not changed is answered with 304, which costs nothing", async () => {
  const { owner, repo } = await world.createRepository();
  const { repos, rateLimit, issues } = world.app.rest;
  const read = (etag?: string) =>
    issues.listForRepo({ owner, repo, headers: etag === undefined ? {} : { "if-none-match": etag } });
  const used = async () => (await rateLimit.get()).data.rate.used;
  const { headers } = await read();
  const before = await used();
  await refused(read(headers.etag), 304, /Not modified/i);
  expect(await used()).toBe(before);
  await issues.create({ owner, repo, title: "News" });
  expect((await read(headers.etag)).status).toBe(200);
  expect(await used()).toBe(before + 2);
  expect((await repos.get({ owner, repo })).headers["x-ratelimit-used"]).toBe(String(before + 3));
});

test("a long list comes in pages that link to each other", async () => {
  const { owner, repo } = await world.createRepository();
  const { issues } = world.app.rest;
  const titles = ["one", "two", "three", "four", "five"];
  for (const title of titles) await issues.create({ owner, repo, title });
  const second = await issues.listForRepo({ owner, repo, per_page: 2, page: 2 });
  expect(second.data.map((one) => one.title)).toEqual(["three", "two"]);
  const url = `${world.github.url}/repos/${owner}/${repo}/issues?per_page=2&page=`;
  expect(second.headers.link?.split(", ")).toEqual([
    `<${url}1>; rel="prev"`,
    `<${url}3>; rel="next"`,
    `<${url}3>; rel="last"`,
    `<${url}1>; rel="first"`,
  ]);
  const all = await world.app.paginate(issues.listForRepo, { owner, repo, per_page: 2 });
  expect(all.map((one) => one.title)).toEqual([...titles].reverse());
  const beyond = await issues.listForRepo({ owner, repo, page: 9 });
  expect(beyond.data).toEqual([]);
  expect((await issues.listForRepo({ owner, repo })).headers.link).toBe(undefined);
});

test("whoever has used up the hour's requests is refused until the hour is over", async () => {
  const eve = world.as(world.tokens.eve);
  const get = () => eve.rest.users.getByUsername({ username: "ada" });
  await world.github.control.setRateLimit({ token: world.tokens.eve, remaining: 1, resetInSeconds: 60 });
  expect((await get()).headers["x-ratelimit-remaining"]).toBe("0");
  const response = await refused(get(), 403, /API rate limit exceeded/);
  const { data } = await eve.rest.rateLimit.get();
  expect(data.rate).toMatchObject({ remaining: 0, limit: 5000 });
  expect(response?.headers["x-ratelimit-reset"]).toBe(String(data.rate.reset));
  await world.as(world.tokens.ben).rest.users.getByUsername({ username: "ada" });
  world.advance(61);
  expect((await get()).headers["x-ratelimit-remaining"]).toBe("4999");
});
