// All URLs of the command line, one after the other. Knows the sockets but not how the stack below them was started.
#pragma once

#include "apps/get/client.h"

namespace sluice::get {

// Throws common::Failure (usage) for options that contradict each other.
void check(const Options& options);
// Answers the exit code: that of the last URL that failed, or 0.
int run(const Options& options, const Client::Resolver& resolver);

}  // namespace sluice::get
