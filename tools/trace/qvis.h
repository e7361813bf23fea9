// A trace in QUIC's words, for the qvis pages that draw qlog 0.3: our n-th segment is packet n, ACK and SACK become ranges
// of packets, the window's edge max_data. Its byte axis counts retransmissions, so the limit line drifts after a loss.
#pragma once

#include <string>

#include "apps/common/trace_file.h"

namespace sluice::tools {

std::string qvis_of(const common::TraceFile& trace);

}  // namespace sluice::tools
