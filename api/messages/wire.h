#pragma once

#include "api/messages/messages.h"

namespace confab::messages {

constexpr auto fields(const NewMessage*) {
  return request("NewMessage",
                 field("body", &NewMessage::body).says("Markdown; at most 16,384 bytes of UTF-8"),
                 field("reply_to_id", &NewMessage::reply_to_id));
}

struct MessageChange {
  std::string body;
};

constexpr auto fields(const MessageChange*) {
  return request("MessageChange", field("body", &MessageChange::body));
}

/// A page of history: `next` and `prev` are `seq`s for `after=` and `before=`.
struct MessagePage {
  std::vector<Message> items;
  std::optional<std::string> next;
  std::optional<std::string> prev;
};

constexpr auto fields(const MessagePage*) {
  return resource("MessagePage", field("items", &MessagePage::items),
                  field("next", &MessagePage::next), field("prev", &MessagePage::prev));
}

}  // namespace confab::messages
