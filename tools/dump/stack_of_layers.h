// One frame as a stack of layers, each with its header's fields: ISO's seven, or the five of TCP/IP.
#pragma once

#include <string>

#include "apps/common/layers.h"

namespace sluice::dump {

// `device` is what stands for the wire, such as "TAP device sluice0".
std::string stack_of_layers(const common::Layers& layers, int model, const std::string& device);

}  // namespace sluice::dump
