#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/call.h"

namespace confab::http {

/// Content-Security-Policy and the headers beside it, for a page of ours.
void secure_page(Reply& reply);

/// The media type a file's extension stands for.
std::string media_type_of(std::string_view path);

/// The built frontend, held in memory: no request touches the file system, so
/// no path can lead out of the directory.
class Assets {
 public:
  /// Loads every file below `directory`; `x.br` and `x.gz` are taken as other
  /// encodings of `x`. A missing directory is not an error: the pages say how to
  /// build it.
  explicit Assets(const std::string& directory);

  /// The file of a GET; for a path that names no file (no extension), index.html,
  /// because the page's own router knows what to show.
  Reply serve(const Call& call) const;

 private:
  struct Copy {
    std::shared_ptr<const std::string> bytes;
    std::string etag;
  };
  struct Asset {
    std::string type;
    std::map<std::string, Copy, std::less<>> copies;  ///< By content coding; "" is plain.
  };

  static Reply send(const Call& call, const Asset& asset, bool immutable);

  std::map<std::string, Asset, std::less<>> assets_;  ///< By path, with the first slash.
};

/// True when Accept-Encoding takes that coding.
bool accepts_coding(std::string_view header, std::string_view coding);

}  // namespace confab::http
