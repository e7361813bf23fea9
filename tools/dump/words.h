// ICMP messages and ARP packets in the words of tcpdump(8), and what UDP carries.
#pragma once

#include <string>

#include "apps/common/layers.h"

namespace sluice::dump {

std::string arp_line(const common::Layers& layers);
std::string icmp_line(const common::Layers& layers);
// What follows the ports: "UDP, length 9", or for port 53 the question or the answer.
std::string udp_line(const common::Layers& layers);

}  // namespace sluice::dump
