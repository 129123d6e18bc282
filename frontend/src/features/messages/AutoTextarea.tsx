import { type ComponentProps, type RefObject, useLayoutEffect } from "react";

interface AutoTextareaProps extends ComponentProps<"textarea"> {
  ref: RefObject<HTMLTextAreaElement | null>;
  value: string;
}

/** A text area as tall as its text, up to the `max-block-size` of its style. */
export function AutoTextarea({ ref, value, ...rest }: AutoTextareaProps) {
  useLayoutEffect(() => {
    const area = ref.current;
    if (!area) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight}px`;
  }, [ref, value]);
  return <textarea {...rest} ref={ref} value={value} rows={1} />;
}
