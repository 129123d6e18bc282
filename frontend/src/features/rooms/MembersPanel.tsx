import { EllipsisVertical, MessageCircle, Shield, UserMinus, UserPlus, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import type { Id, Member, MyRoom, RoomRole } from "../../api/types";
import { openOverlay } from "../../app/overlay";
import { t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { useTable, useValue } from "../../store/hooks";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { Menu, type MenuEntry } from "../../ui/Menu";
import { Skeleton } from "../../ui/Skeleton";
import { toast } from "../../ui/toast";
import { myself } from "../accounts/store";
import { PersonAvatar } from "../people/PersonAvatar";
import { personName } from "../people/store";
import { usePerson } from "../people/usePerson";
import styles from "./MembersPanel.module.css";
import { loadMembers, openDirect, setRole } from "./commands";
import { canAddMembers, canChangeRoles, canRemoveMembers, members, roomMembers } from "./store";

/** Who is in the room, and what one may do about it. */
export function MembersPanel({ room, onClose }: { room: MyRoom; onClose(): void }) {
  const list = useTable(members, (table) => roomMembers(table, room.id));
  const [page, setPage] = useState<{ next: string | null; state: "loading" | "ready" | "failed" }>({
    next: null,
    state: "loading",
  });

  useEffect(() => {
    const stop = new AbortController();
    loadMembers(room.id, null, stop.signal).then(
      ({ next }) => setPage({ next, state: "ready" }),
      () => !stop.signal.aborted && setPage({ next: null, state: "failed" }),
    );
    return () => stop.abort();
  }, [room.id]);

  const more = () => {
    setPage({ ...page, state: "loading" });
    loadMembers(room.id, page.next).then(
      ({ next }) => setPage({ next, state: "ready" }),
      () => setPage({ ...page, state: "failed" }),
    );
  };

  return (
    <aside className={styles.panel} aria-label={t("Members")}>
      <header className={styles.head}>
        <h2>{t("{count, plural, one {# member} other {# members}}", { count: room.member_count })}</h2>
        <IconButton label={t("Close")} tooltip="none" onClick={onClose}>
          <X size={19} aria-hidden />
        </IconButton>
      </header>
      <div className={styles.body}>
        {canAddMembers(room) && (
          <Button
            wide
            icon={<UserPlus size={17} aria-hidden />}
            onClick={() => openOverlay({ kind: "addPeople", room_id: room.id })}
          >
            {t("Add people")}
          </Button>
        )}
        {page.state === "loading" && list.length === 0 ? (
          <Skeleton rows={6} shape="line" />
        ) : (
          <ul className={styles.list} aria-label={t("Members")}>
            {list.map((member) => (
              <MemberRow key={member.user_id} room={room} member={member} />
            ))}
          </ul>
        )}
        {page.state === "failed" && <p className={styles.note}>{t("The members could not be loaded.")}</p>}
        {page.next !== null && (
          <Button wide busy={page.state === "loading"} onClick={more}>
            {t("Show more")}
          </Button>
        )}
      </div>
    </aside>
  );
}

function MemberRow({ room, member }: { room: MyRoom; member: Member }) {
  const person = usePerson(member.user_id);
  const me = useValue(myself);
  const [, navigate] = useLocation();
  const mine = member.user_id === me?.id;
  const items = mine ? [] : memberActions(room, member, navigate);
  const name = personName(person);

  return (
    <li className={styles.member}>
      <PersonAvatar id={member.user_id} size="small" dot />
      <span className={styles.words}>
        <span className={styles.name}>
          {name}
          {mine && <span className={styles.quiet}> {t("(you)")}</span>}
        </span>
        <bdi className={styles.quiet}>
          {member.role === "member" ? `@${person?.username ?? ""}` : roleName(member.role)}
        </bdi>
      </span>
      {items.length > 0 && (
        <Menu
          trigger={
            <IconButton size="small" label={t("Actions for {name}", { name })} tooltip="none">
              <EllipsisVertical size={17} aria-hidden />
            </IconButton>
          }
          items={items}
        />
      )}
    </li>
  );
}

function roleName(role: RoomRole): string {
  switch (role) {
    case "owner":
      return t("Owner");
    case "moderator":
      return t("Moderator");
    case "member":
      return t("Member");
  }
}

function memberActions(room: MyRoom, member: Member, navigate: (path: string) => void): MenuEntry[] {
  const report = (error: unknown) => toast(errorText(error), "danger");
  const give = (role: RoomRole, label: string): MenuEntry => ({
    label,
    icon: <Shield size={17} />,
    onSelect: () => {
      setRole(room.id, member.user_id, role).catch(report);
    },
  });
  const items: MenuEntry[] = [
    { label: t("Message"), icon: <MessageCircle size={17} />, onSelect: () => talk(member.user_id, navigate, report) },
  ];
  if (canChangeRoles(room)) {
    items.push("separator");
    if (member.role !== "owner") items.push(give("owner", t("Make owner")));
    if (member.role !== "moderator") items.push(give("moderator", t("Make moderator")));
    if (member.role !== "member") items.push(give("member", t("Make member")));
  }
  if (canRemoveMembers(room) && !(member.role === "owner" && room.role !== "owner")) {
    items.push("separator", {
      label: t("Remove from room"),
      icon: <UserMinus size={17} />,
      danger: true,
      onSelect: () => openOverlay({ kind: "removeMember", room_id: room.id, user_id: member.user_id }),
    });
  }
  return items;
}

function talk(user_id: Id, navigate: (path: string) => void, report: (error: unknown) => void): void {
  openDirect(user_id).then((room) => navigate(`/r/${room.id}`), report);
}
