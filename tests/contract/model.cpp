#include "tests/contract/model.h"

#include <set>

namespace confab::test {

namespace {

std::map<std::string, Json::Value> by_id(const Json::Value& list) {
  std::map<std::string, Json::Value> out;
  for (const auto& each : list) out[each["id"].asString()] = each;
  return out;
}

void merge(Json::Value& into, const Json::Value& from) {
  for (const auto& name : from.getMemberNames()) into[name] = from[name];
}

/// The same ids in the order of their numbers.
Json::Value sorted(const Json::Value& ids) {
  std::map<unsigned long long, Json::Value> out;
  for (const auto& id : ids) out[std::stoull(id.asString())] = id;
  Json::Value list(Json::arrayValue);
  for (const auto& [number, id] : out) list.append(id);
  return list;
}

void compare(const std::string& where, const Json::Value& held, const Json::Value& fresh,
             std::vector<std::string>& out) {
  std::set<std::string> names;
  for (const auto& name : held.getMemberNames()) names.insert(name);
  for (const auto& name : fresh.getMemberNames()) names.insert(name);
  for (const auto& name : names) {
    const bool is_set = name == "member_ids";
    const auto mine = is_set ? sorted(held[name]) : held[name];
    const auto theirs = is_set ? sorted(fresh[name]) : fresh[name];
    if (mine == theirs) continue;
    out.push_back(where + '.' + name + ": folded " + json::print(mine) + ", fresh " +
                  json::print(theirs));
  }
}

}  // namespace

void Model::load(const Json::Value& bootstrap) {
  me_ = bootstrap["me"];
  my_id_ = me_["id"].asString();
  settings_ = bootstrap["settings"];
  rooms_ = by_id(bootstrap["rooms"]);
  users_ = by_id(bootstrap["users"]);
}

void Model::apply(const Json::Value& event) {
  const auto type = event["type"].asString();
  const auto& data = event["data"];
  if (type == "message.created") return message_created(data);
  if (type == "message.deleted") return message_deleted(data);
  if (type == "room.created" || type == "room.updated" || type == "room.archived") {
    return room_changed(data);
  }
  if (type == "member.added") return member_added(data);
  if (type == "member.updated") return member_updated(data);
  if (type == "member.removed") return member_removed(data);
  if (type == "read.updated") {
    const auto room = rooms_.find(data["room_id"].asString());
    if (room == rooms_.end()) return;
    for (const char* name : {"read_seq", "unread_count", "mention_count"}) {
      room->second[name] = data[name];
    }
  } else if (type == "user.updated") {
    const auto id = data["id"].asString();
    if (users_.contains(id)) users_[id] = data;
    if (id == my_id_) merge(me_, data);
  } else if (type == "settings.updated") {
    settings_ = data;
  }
}

bool Model::awaits_me(const Json::Value& room, const Json::Value& message) const {
  return message["author_id"].asString() != my_id_ && message["thread_root_id"].isNull() &&
         message["seq"].asInt64() > room["read_seq"].asInt64();
}

void Model::message_created(const Json::Value& message) {
  const auto found = rooms_.find(message["room_id"].asString());
  if (found == rooms_.end()) return;
  Json::Value& room = found->second;
  if (message["seq"].asInt64() > room["last_seq"].asInt64()) {
    room["last_seq"] = message["seq"];
    room["last_message_at"] = message["created_at"];
  }
  // A replay shows the message as it is now. If it is deleted, message.deleted
  // follows and takes it off again, so it counts here all the same.
  if (awaits_me(room, message)) room["unread_count"] = room["unread_count"].asInt64() + 1;
}

void Model::message_deleted(const Json::Value& message) {
  const auto found = rooms_.find(message["room_id"].asString());
  if (found == rooms_.end() || !awaits_me(found->second, message)) return;
  found->second["unread_count"] = found->second["unread_count"].asInt64() - 1;
}

void Model::room_changed(const Json::Value& room) {
  const auto found = rooms_.find(room["id"].asString());
  if (found != rooms_.end()) merge(found->second, room);
}

void Model::member_added(const Json::Value& data) {
  const auto& room = data["room"];
  const auto id = room["id"].asString();
  const auto& user = data["user"];
  users_[user["id"].asString()] = user;
  if (data["member"]["user_id"].asString() == my_id_) {
    Json::Value mine = room;
    mine["role"] = data["member"]["role"];
    mine["read_seq"] = room["last_seq"];
    mine["unread_count"] = Json::Int64{0};
    mine["mention_count"] = Json::Int64{0};
    mine["notifications"] = "all";
    rooms_[id] = mine;
  } else if (const auto found = rooms_.find(id); found != rooms_.end()) {
    found->second["member_count"] = room["member_count"];
    found->second["member_ids"] = room["member_ids"];
  }
}

void Model::member_updated(const Json::Value& data) {
  const auto& member = data["member"];
  const auto found = rooms_.find(member["room_id"].asString());
  if (found == rooms_.end() || member["user_id"].asString() != my_id_) return;
  found->second["role"] = member["role"];
  if (!data["notifications"].isNull()) found->second["notifications"] = data["notifications"];
}

void Model::member_removed(const Json::Value& data) {
  const auto id = data["room_id"].asString();
  if (data["user_id"].asString() == my_id_) {
    rooms_.erase(id);
    return;
  }
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) return;
  found->second["member_count"] = data["member_count"];
  Json::Value left(Json::arrayValue);
  for (const auto& each : found->second["member_ids"]) {
    if (each != data["user_id"]) left.append(each);
  }
  found->second["member_ids"] = left;
}

std::vector<std::string> Model::differences(const Json::Value& bootstrap) const {
  std::vector<std::string> out;
  // A changed e-mail address is not an event: the answer to the change has it.
  auto me = me_;
  me["email"] = bootstrap["me"]["email"];
  compare("me", me, bootstrap["me"], out);
  compare("settings", settings_, bootstrap["settings"], out);
  const auto fresh_rooms = by_id(bootstrap["rooms"]);
  for (const auto& [id, room] : fresh_rooms) {
    const auto held = rooms_.find(id);
    if (held == rooms_.end()) {
      out.push_back("rooms." + id + ": not folded");
    } else {
      compare("rooms." + id, held->second, room, out);
    }
  }
  for (const auto& [id, room] : rooms_) {
    if (!fresh_rooms.contains(id)) out.push_back("rooms." + id + ": only folded");
  }
  for (const auto& [id, user] : by_id(bootstrap["users"])) {
    const auto held = users_.find(id);
    // Who was in a room before me: a client asks GET /users for those it does not know.
    if (held != users_.end()) compare("users." + id, held->second, user, out);
  }
  return out;
}

}  // namespace confab::test
