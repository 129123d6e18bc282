/** Reads conversation.txt; its first lines describe the format. Throws for a line that has none. */
export function parse(text) {
  const people = [];
  const rooms = [];
  for (const [index, line] of text.split("\n").entries()) {
    const room = rooms.at(-1);
    const last = room?.messages.at(-1);
    let match;
    if (line === "" || line.startsWith("//")) continue;
    if ((match = /^@ (\S+) \| (.+)$/.exec(line))) {
      people.push({ username: match[1], display_name: match[2] });
    } else if ((match = /^# (\S+) \| (public|private) \| (.+)$/.exec(line))) {
      rooms.push({ name: match[1], visibility: match[2], topic: match[3], messages: [], members: [] });
    } else if (line.startsWith("  ") && last) {
      last.body += `\n${line.slice(2)}`;
    } else if ((match = /^([a-z]+)(?: \^(\d+))?: (.+)$/.exec(line)) && room) {
      room.messages.push({ author: match[1], reply: Number(match[2] ?? 0), body: match[3] });
      if (!room.members.includes(match[1])) room.members.push(match[1]);
    } else {
      throw new Error(`conversation.txt:${index + 1}: what is "${line}"?`);
    }
  }
  return { people, rooms };
}
