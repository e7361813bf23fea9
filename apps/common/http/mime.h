// Media types by file name.
#pragma once

#include <string_view>

namespace sluice::http {

// With charset for text: "text/html; charset=utf-8". Unknown: "application/octet-stream".
std::string_view media_type_of(std::string_view file_name);

}  // namespace sluice::http
