// What the control socket tells about: a Stack, and what the Stack does not know of itself.
#pragma once

#include <string>
#include <vector>

#include "host/device.h"
#include "stack.h"

namespace sluice::common {

struct Subject {
    Stack& stack;
    std::string program;                   // its name
    std::vector<host::Device*> devices{};  // by link number

    std::string link_name(LinkId link) const {
        return link < devices.size() ? devices[link]->name() : "link" + std::to_string(link);
    }
};

}  // namespace sluice::common
