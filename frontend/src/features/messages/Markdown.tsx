import MarkdownIt from "markdown-it";
import { createElement, Fragment, memo, type ReactNode, useState } from "react";
import { t } from "../../i18n";
import { CodeBlock } from "./CodeBlock";
import styles from "./Markdown.module.css";

/** The part of Markdown that suits a conversation: no HTML, no images, no headings, no tables. */
const parser = new MarkdownIt("default", { html: false, linkify: true, breaks: true, maxNesting: 24 }).disable([
  "image",
  "table",
  "heading",
  "lheading",
  "hr",
  "reference",
  "html_block",
  "html_inline",
]);
// A bare word with a dot is more often a file name or a typo than an address.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

type Token = ReturnType<typeof parser.parse>[number];

/**
 * A message's text as elements. It never becomes HTML on the way, so nothing in it can run.
 * `note` follows the last word.
 */
export const Markdown = memo(function Markdown({ text, note }: { text: string; note?: ReactNode }) {
  const tokens = parser.parse(text, {});
  const last = tokens.at(-2);
  const inline = tokens.at(-1)?.type === "paragraph_close" && last?.level === 1;
  const blocks = inline && note ? tokens.slice(0, -3) : tokens;
  return (
    <div className={styles.text}>
      {children(blocks)}
      {inline && note ? (
        <p>
          {children(last.children ?? [])} {note}
        </p>
      ) : (
        note
      )}
    </div>
  );
});

/** The same text as one plain line, for quotes and announcements. */
export function plainText(text: string): string {
  const words = parser.parse(text, {}).map((token) => {
    if (token.type === "fence" || token.type === "code_block") return token.content;
    return (token.children ?? []).map((part) => (part.type.endsWith("break") ? " " : part.content)).join("");
  });
  return words.filter(Boolean).join(" ").replace(/\s+/gu, " ").trim();
}

/** Turns a flat run of tokens, openings and closings, into nested elements. */
function children(tokens: readonly Token[]): ReactNode[] {
  const out: ReactNode[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (!token) continue;
    if (token.nesting === 1) {
      const end = closing(tokens, i);
      out.push(element(token, children(tokens.slice(i + 1, end)), i));
      i = end;
    } else {
      out.push(leaf(token, i));
    }
  }
  return out;
}

function closing(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let i = start; i < tokens.length; i += 1) {
    depth += tokens[i]?.nesting ?? 0;
    if (depth === 0) return i;
  }
  return tokens.length;
}

const CONTAINERS: Record<string, string> = {
  strong_open: "strong",
  em_open: "em",
  s_open: "s",
  blockquote_open: "blockquote",
  bullet_list_open: "ul",
  list_item_open: "li",
};

function element(token: Token, inside: ReactNode[], key: number): ReactNode {
  if (token.type === "paragraph_open") {
    // In a tight list the item itself is the paragraph.
    return token.hidden ? <Fragment key={key}>{inside}</Fragment> : <p key={key}>{inside}</p>;
  }
  if (token.type === "ordered_list_open") {
    const start = Number(token.attrGet("start") ?? 1);
    return (
      <ol key={key} start={start}>
        {inside}
      </ol>
    );
  }
  if (token.type === "link_open") return link(String(token.attrGet("href") ?? ""), inside, key);
  const tag = CONTAINERS[token.type];
  return tag ? createElement(tag, { key }, ...inside) : <Fragment key={key}>{inside}</Fragment>;
}

function leaf(token: Token, key: number): ReactNode {
  switch (token.type) {
    case "inline":
      return <Fragment key={key}>{children(token.children ?? [])}</Fragment>;
    case "softbreak":
    case "hardbreak":
      return <br key={key} />;
    case "code_inline":
      return <code key={key}>{token.content}</code>;
    case "fence":
    case "code_block":
      return <CodeBlock key={key} code={token.content.replace(/\n$/u, "")} language={token.info.trim()} />;
    default:
      return token.content;
  }
}

const SAFE = new Set(["http:", "https:", "mailto:"]);

function link(href: string, inside: ReactNode[], key: number): ReactNode {
  const url = URL.parse(href, location.origin);
  if (!url || !SAFE.has(url.protocol)) return <Fragment key={key}>{inside}</Fragment>;
  return (
    <a key={key} href={url.href} target="_blank" rel="noopener noreferrer">
      {inside}
    </a>
  );
}

/** The most characters shown at once; the rest waits behind a button. */
const SHOWN = 4000;

/** A message's text, folded when it is very long. */
export function MessageText({ text, note }: { text: string; note?: ReactNode }) {
  const [whole, setWhole] = useState(false);
  if (whole || text.length <= SHOWN) return <Markdown text={text} note={note} />;
  const start = [...text].slice(0, SHOWN).join("");
  if (start === text) return <Markdown text={text} note={note} />;
  return (
    <>
      <Markdown text={`${start}…`} note={note} />
      <button type="button" className={styles.unfold} onClick={() => setWhole(true)}>
        {t("Show the whole message")}
      </button>
    </>
  );
}
