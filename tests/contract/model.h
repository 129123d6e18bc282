#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/base/json.h"

namespace confab::test {

/// What a client holds: a bootstrap, kept true by the events after its position.
/// Written from the API's description alone, without any of the server's code.
class Model {
 public:
  void load(const Json::Value& bootstrap);
  /// `event` is an envelope: `{ type, data, ... }`.
  void apply(const Json::Value& event);

  /// Where this and a fresh bootstrap differ, field by field; empty when nowhere.
  /// People are compared as far as both know them.
  std::vector<std::string> differences(const Json::Value& bootstrap) const;

  const std::map<std::string, Json::Value>& rooms() const { return rooms_; }

 private:
  void message_created(const Json::Value& message);
  void message_deleted(const Json::Value& message);
  void room_changed(const Json::Value& room);
  void member_added(const Json::Value& data);
  void member_updated(const Json::Value& data);
  void member_removed(const Json::Value& data);
  bool awaits_me(const Json::Value& room, const Json::Value& message) const;

  std::string my_id_;
  Json::Value me_;
  Json::Value settings_;
  std::map<std::string, Json::Value> rooms_;
  std::map<std::string, Json::Value> users_;
};

}  // namespace confab::test
