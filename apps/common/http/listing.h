// A directory as an HTML page.
#pragma once

#include <string>
#include <vector>

#include "apps/common/http/files.h"

namespace sluice::http {

// `path` is decoded, "/a b/"; entries are sorted here, directories first. `is_cut`: there were more entries.
std::string listing_page(const std::string& path, std::vector<DirectoryEntry> entries, bool is_cut);

}  // namespace sluice::http
