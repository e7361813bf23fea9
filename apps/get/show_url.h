// A URL taken apart for a person to read (RFC 3986 3), and what the links of a page are.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::get {

// Labelled lines; or what kind of thing it is instead of a URL that can be fetched.
std::expected<std::string, std::string> url_parts(std::string_view text);

// What a page needs to be shown: style sheets, scripts, pictures, as they are written, each once, at most 200.
std::vector<std::string> links_of_page(std::string_view html);

}  // namespace sluice::get
