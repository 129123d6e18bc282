import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Timeline, type Entry } from "./timeline";

const page = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ id: `m${from + index}`, seq: from + index }));

const ranges = (timeline: Timeline) =>
  timeline.segments.map((segment) => [segment[0]?.seq, segment.at(-1)?.seq]);

test("a message that arrives twice is shown once", () => {
  const timeline = new Timeline("1");
  const wake = vi.fn();
  timeline.watch(wake);
  timeline.insert("m7", 7);
  timeline.insert("m7", 7);

  expect(timeline.ids).toEqual(["m7"]);
  expect(wake).toHaveBeenCalledOnce();
});

test("a live message extends the newest stretch", () => {
  const timeline = new Timeline("1");
  timeline.insertPage(page(1, 3));
  timeline.insert("m4", 4);

  expect(ranges(timeline)).toEqual([[1, 4]]);
});

test("a message after a hole stands apart until the hole is filled", () => {
  const timeline = new Timeline("1");
  timeline.insertPage(page(1, 3));
  timeline.insert("m9", 9);
  expect(ranges(timeline)).toEqual([[1, 3], [9, 9]]);

  timeline.insertPage(page(4, 8));
  expect(ranges(timeline)).toEqual([[1, 9]]);
});

test("overlapping pages become one stretch without doubles", () => {
  const timeline = new Timeline("1");
  timeline.insertPage(page(10, 20));
  timeline.insertPage(page(15, 25));
  timeline.insertPage(page(5, 12));

  expect(ranges(timeline)).toEqual([[5, 25]]);
  expect(timeline.ids).toHaveLength(21);
});

test("trimming lets go of one end and says what went", () => {
  const timeline = new Timeline("1");
  timeline.insertPage(page(1, 10));

  expect(timeline.trim(1, 6, "start").map((entry) => entry.seq)).toEqual([7, 8, 9, 10]);
  expect(timeline.trim(1, 4, "end").map((entry) => entry.seq)).toEqual([1, 2]);
  expect(ranges(timeline)).toEqual([[3, 6]]);
});

test("after its end was trimmed, a stretch does not swallow live messages", () => {
  const timeline = new Timeline("1");
  timeline.insertPage(page(1, 10));
  timeline.trim(1, 6, "start");
  timeline.insert("m11", 11);

  expect(ranges(timeline)).toEqual([[1, 6], [11, 11]]);
});

test("whatever the order of pages and repeats, the stretches are sorted, apart and complete", () => {
  const pages = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 30 })),
    { maxLength: 40, size: "max" },
  );
  fc.assert(
    fc.property(pages, (drawn) => {
      const timeline = new Timeline("1");
      const known = new Set<number>();
      for (const [from, length] of drawn) {
        timeline.insertPage(page(from, from + length));
        for (let seq = from; seq <= from + length; seq += 1) known.add(seq);
      }
      const held = timeline.segments.flatMap((segment) => segment.map((entry) => entry.seq));
      expect(held).toEqual([...known].sort((a, b) => a - b));
      let end = -1;
      for (const segment of timeline.segments) {
        const seqs = segment.map((entry) => entry.seq);
        expect(seqs[0]).toBeGreaterThan(end + 1);
        expect(seqs.at(-1)! - seqs[0]! + 1).toBe(seqs.length);
        end = seqs.at(-1)!;
      }
    }),
  );
});
