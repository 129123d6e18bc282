export interface Notice {
  text: string;
  /** `danger` is read out at once. */
  tone: "plain" | "danger";
}

const waiting: Notice[] = [];
let deliver: ((notice: Notice) => void) | null = null;

/** Shows a short notice. Callable from anywhere; waits until the place for it is on the page. */
export function toast(text: string, tone: Notice["tone"] = "plain"): void {
  if (deliver) deliver({ text, tone });
  else waiting.push({ text, tone });
}

/** Hands notices to the place that shows them, those that waited first. Returns the way to stop. */
export function deliverTo(show: (notice: Notice) => void): () => void {
  deliver = show;
  waiting.splice(0).forEach(show);
  return () => {
    if (deliver === show) deliver = null;
  };
}
