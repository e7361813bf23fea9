#include <csignal>

#include "twice/support/twice.h"

namespace twice {

struct Network::Parts {};

// What ours never raises (docs/decisions/0010).
Network::Network() { std::signal(SIGPIPE, SIG_IGN); }
Network::~Network() = default;

}  // namespace twice
