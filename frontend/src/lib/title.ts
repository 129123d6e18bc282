/** The tab's title and icon: the page's own part, the server's name, and what is unread. */
let page = "";
let product = "Confab";
let unread = { count: 0, mentions: 0 };

/** The page's own part of the title, for example a room's name. */
export function setTitle(text: string): void {
  page = text;
  show();
}

/** The server's name, which ends every title. */
export function setProduct(name: string): void {
  product = name || "Confab";
  show();
}

export function setUnread(next: { count: number; mentions: number }): void {
  unread = next;
  show();
  badge(next.mentions > 0 || next.count > 0);
}

function show(): void {
  const name = page ? `${page} · ${product}` : product;
  document.title = unread.count > 0 ? `(${Math.min(unread.count, 999)}) ${name}` : name;
}

let badged = false;

function badge(wanted: boolean): void {
  if (wanted === badged) return;
  badged = wanted;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link) link.href = wanted ? "/icon-unread.svg" : "/icon.svg";
  // Installed to the home screen, the system draws the number itself.
  if ("setAppBadge" in navigator) {
    const done = wanted ? navigator.setAppBadge(unread.count) : navigator.clearAppBadge();
    done.catch(() => undefined);
  }
}
