// Small worlds that show one thing each: the pictures of docs/gallery.md. Everything in them is fixed but what a seed decides
// (initial numbers, ports).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/world.h"

namespace sluice::sim {

struct Story {
    std::string_view name;
    std::string_view title;
    std::string_view text;  // what there is to see
    std::string_view host;  // whose side is shown
    std::uint32_t connection = 1;
    void (*build)(World&);
};

std::span<const Story> stories();
const Story* find_story(std::string_view name);

}  // namespace sluice::sim
