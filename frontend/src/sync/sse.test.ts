import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameParser } from "./sse";

const parse = (...pieces: string[]) => {
  const parser = new FrameParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

test("an event has a type, an id and its data", () => {
  expect(parse("id: 7\nevent: message.created\ndata: {}\n\n")).toEqual([
    { event: "message.created", data: "{}", id: "7" },
  ]);
});

test("an event without an id line does not inherit the one before", () => {
  expect(parse("id: 7\ndata: a\n\ndata: b\n\n").map((frame) => frame.id)).toEqual(["7", null]);
});

test("comments and unknown fields are passed over", () => {
  expect(parse(": beat\n\nretry: 2000\nfoo: bar\ndata: x\n\n")).toEqual([
    { event: "message", data: "x", id: null },
  ]);
});

test("several data lines are one text", () => {
  expect(parse("data: a\ndata: b\n\n")[0]?.data).toBe("a\nb");
});

test("an event is not told before its empty line", () => {
  const parser = new FrameParser();
  expect(parser.push("data: a\n")).toEqual([]);
  expect(parser.push("\n")).toHaveLength(1);
});

test("however a stream is cut into pieces, it says the same", () => {
  const text = "\uFEFFid: 1\r\nevent: a\r\ndata: ä\r\n\r\n: beat\rdata: b\r\rdata: c\ndata:d\n\n";
  const whole = parse(text);
  expect(whole).toHaveLength(3);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 20 }), (cuts) => {
      const edges = [0, ...new Set(cuts), text.length].sort((a, b) => a - b);
      const pieces = edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
      expect(parse(...pieces)).toEqual(whole);
    }),
  );
});
