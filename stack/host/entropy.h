// Seeds nobody can guess, from the kernel's generator. RFC 6528 4: the key of initial sequence numbers is secret.
#pragma once

#include "base/siphash.h"

namespace sluice::host {

SipKey entropy();

}  // namespace sluice::host
