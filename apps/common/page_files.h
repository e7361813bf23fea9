// The files of apps/common/page, as they were when this was built (cmake/page.cmake).
#pragma once

#include <string_view>

namespace sluice::common {

std::string_view page_style();
std::string_view page_body();
std::string_view page_script();

}  // namespace sluice::common
