import { describe, expect, it } from "vitest";
import { problemWithServers, serversOf } from "../src/servers.ts";

describe("a connection string of several servers", () => {
  it.each([
    ["postgres://u:p@a:1,b:2/db", ["postgres://u:p@a:1/db", "postgres://u:p@b:2/db"]],
    [
      "postgres://u:p,q%40@a,[::1]:2/db?ssl=true",
      ["postgres://u:p,q%40@a/db?ssl=true", "postgres://u:p,q%40@[::1]:2/db?ssl=true"],
    ],
    ["postgresql://a,b/db?target_session_attrs=primary", ["postgresql://a/db", "postgresql://b/db"]],
    [
      "postgres://a,b/db?x=1&target_session_attrs=read-write&y=2",
      ["postgres://a/db?x=1&y=2", "postgres://b/db?x=1&y=2"],
    ],
    ["postgres://a,b/db?target_session_attrs=read-write&y=2", ["postgres://a/db?y=2", "postgres://b/db?y=2"]],
  ])("is taken apart: %s", (text, urls) => expect(serversOf(text)).toEqual(urls));

  it.each([
    "postgres://a,b/db?target_session_attrs=read%2Dwrite",
    "postgres://a/db?target_session_attrs=any",
    "postgres:///db?host=/run/postgresql&port=5433",
    "postgres://a,b/db?port=5433",
    "postgres://a/db?application_name=%",
  ])("is used: %s", (text) => expect(problemWithServers(text)).toBeUndefined());

  it.each(["postgres://u:a,b@c:1/db", "postgres://c/db?options=-c%20a,b", "/run/postgresql a,b", "socket:/run?db=a,b"])(
    "is not seen in one of a single server: %s",
    (text) => expect(serversOf(text)).toEqual([text]),
  );
});
