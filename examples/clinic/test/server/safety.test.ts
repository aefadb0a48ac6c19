import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

const ownRoutes = ["/", "/people", "/directory", "/api/slots", "/api/openapi.json"];

async function assetsOf(html: string): Promise<readonly string[]> {
  return [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path as string);
}

describe("the page", () => {
  it("has a policy without unsafe-inline, and a new nonce in every answer that its elements and react-aria find", async () => {
    const [one, two] = [await stage.send("GET /"), await stage.send("GET /")];
    const policy = one.headers.get("Content-Security-Policy") ?? "";
    const nonce = /'nonce-([\w+/]{22}==)'/.exec(policy)?.[1] ?? "";
    expect(policy).not.toContain("unsafe");
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; .*base-uri 'none'.*frame-ancestors 'none'/);
    expect(one.text).toContain(`<meta property="csp-nonce" nonce="${nonce}">`);
    expect(one.text).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|NONCE/);
    expect(two.headers.get("Content-Security-Policy")).not.toContain(nonce);
    expect(one.headers.get("Cache-Control")).toBe("no-store");
  });

  it("has assets that browsers keep, of the type that they are", async () => {
    const paths = await assetsOf((await stage.send("GET /")).text);
    expect(paths.length).toBeGreaterThanOrEqual(2);
    for (const path of paths) {
      const { status, headers, text } = await stage.send(`GET ${path}`);
      expect([status, headers.get("Cache-Control")]).toEqual([200, "public, max-age=31536000, immutable"]);
      expect(headers.get("Content-Type")).toMatch(path.endsWith(".js") ? "text/javascript" : "text/css");
      const head = await stage.send(`HEAD ${path}`);
      expect([head.status, head.text]).toEqual([200, ""]);
      expect(text.length).toBeGreaterThan(1_000);
    }
  });

  it("is all that there is: no path leads to other files", async () => {
    const climbing = [
      "/../people.ts",
      "/assets/../../people.ts",
      "/%2e%2e/people.ts",
      "/assets/%2e%2e%2f%2e%2e%2fpeople.ts",
    ];
    const others = [
      "/assets/..\\..\\people.ts",
      "/index.html%00.js",
      "//etc/passwd",
      "/etc/passwd",
      "/src/main.tsx",
      "/assets",
    ];
    for (const path of [...climbing, ...others]) {
      const answer = await stage.raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(answer, path).toMatch(/^HTTP\/1.1 404 .*"scenario":"route_not_found"/s);
    }
  });

  it("is read only", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      for (const path of ["/", "/people", "/directory"]) {
        const { status, body, headers } = await stage.send(`${method} ${path}`);
        expect([status, body.scenario, headers.get("Allow")]).toEqual([405, "method_not_allowed", "GET, HEAD"]);
      }
    }
  });
});

describe("every answer", () => {
  it("says that it is what it says, is in no frame, and tells no other site where its reader was", async () => {
    const routes = [...ownRoutes, "/nowhere", "/api/nowhere", "/api/appointments/none"];
    for (const path of routes) {
      const { headers } = await stage.send(`GET ${path}`);
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
      expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
  });

  it("is a refusal where another site asks, or one whose name leads here", async () => {
    const foreign = [
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { Origin: "https://evil.example" },
      { Origin: "null" },
    ];
    for (const headers of foreign) {
      for (const path of ownRoutes) {
        const { status, text } = await stage.send(`GET ${path}`, { headers });
        expect([status, text], path).toEqual([403, expect.stringContaining('"scenario":"cross_site"')]);
      }
    }
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.", "0.0.0.0"]) {
      for (const path of ownRoutes) {
        const answer = await stage.raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
        expect(answer, `${host} ${path}`).toMatch(/^HTTP\/1.1 403 .*cross_site/s);
      }
    }
    const link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate";
    const followed = await stage.raw(`GET / HTTP/1.1\r\nHost: localhost\r\n${link}\r\nConnection: close\r\n\r\n`);
    expect(followed).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe("slow clients", () => {
  it("and half-open ones do not hold the server, which answers others meanwhile", async () => {
    const port = Number(new URL(stage.url).port);
    const began = performance.now();
    const closed = ["", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Half:"].map((sent) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.resume();
      socket.write(sent);
      return new Promise((resolve) => socket.once("close", resolve));
    });
    expect((await stage.send("GET /people")).status).toBe(200);
    await Promise.all(closed);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("that ask much and read nothing do not fill the memory of the server, which answers others meanwhile", async () => {
    const slots = "/api/slots?limit=500";
    expect((await stage.send(`GET ${slots}`)).text.length).toBeGreaterThan(100_000);
    const before = process.memoryUsage().rss;
    const socket = connect(Number(new URL(stage.url).port), "127.0.0.1").pause();
    socket.on("error", () => {});
    socket.write(`GET ${slots} HTTP/1.1\r\nHost: localhost\r\nX-Clinic-Person: dr-osei\r\n\r\n`.repeat(500));
    for (let index = 0; index < 20; index++) expect((await stage.send(`GET ${slots}`)).status).toBe(200);
    const grown = process.memoryUsage().rss - before;
    socket.destroy();
    expect(grown).toBeLessThan(300_000_000);
  });
});

describe("who is who", () => {
  it("is told to everybody only by the stand-in for a sign-in, which says what it is", async () => {
    const { body } = await stage.send("GET /people", { as: "" });
    expect(body.patients).toContainEqual({ id: "ada-brandt", name: "Ada Brandt" });
    expect(body.providers).toHaveLength(3);
    expect(body.warning).toContain("This is not a sign-in");
  });

  it("is for the staff everybody, and for a patient themselves alone", async () => {
    const staff = await stage.send("GET /directory");
    expect([staff.body.me.kind, staff.body.patients.length > 20]).toEqual(["provider", true]);
    const ada = await stage.send("GET /directory", { as: "ada-brandt" });
    expect(ada.body).toMatchObject({ me: { id: "ada-brandt", name: "Ada Brandt", kind: "patient" } });
    expect(ada.body.searchableDays).toBe(120);
    expect(ada.body.patients).toEqual([{ id: "ada-brandt", name: "Ada Brandt" }]);
    for (const stranger of ["", "nobody", "__proto__", "Ada-Brandt"]) {
      const { status, body } = await stage.send("GET /directory", { as: stranger });
      expect([status, body.scenario]).toEqual([401, "not_signed_in"]);
    }
  });
});
