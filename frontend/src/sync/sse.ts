/** One event of a `text/event-stream`. */
export interface Frame {
  event: string;
  data: string;
  /** The id line of this very event, or null: events without one do not move the position. */
  id: string | null;
}

/**
 * Reads an event stream from text that arrives in arbitrary pieces. Follows the HTML standard's
 * grammar: LF, CR or CRLF end a line, a byte order mark is skipped, unknown fields are ignored.
 */
export class FrameParser {
  #rest = "";
  #started = false;
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  /** The events that the new piece completes. */
  push(piece: string): Frame[] {
    let text = this.#rest + piece;
    if (!this.#started && text.length > 0) {
      this.#started = true;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    const frames: Frame[] = [];
    let start = 0;
    for (;;) {
      const end = lineEnd(text, start);
      // A CR at the very end may be half of a CRLF: wait for the next piece.
      if (end === -1 || (text[end] === "\r" && end === text.length - 1)) break;
      const frame = this.#line(text.slice(start, end));
      if (frame) frames.push(frame);
      start = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
    }
    this.#rest = text.slice(start);
    return frames;
  }

  #line(line: string): Frame | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #dispatch(): Frame | null {
    const [event, data, id] = [this.#event, this.#data, this.#id];
    this.#event = "";
    this.#data = [];
    this.#id = null;
    if (data.length === 0) return null;
    return { event: event || "message", data: data.join("\n"), id };
  }
}

function lineEnd(text: string, start: number): number {
  const lf = text.indexOf("\n", start);
  const cr = text.indexOf("\r", start);
  if (cr === -1) return lf;
  return lf === -1 ? cr : Math.min(lf, cr);
}
