#include "host/entropy.h"

#include <sys/random.h>

#include "base/check.h"

namespace sluice::host {

SipKey entropy() {
    SipKey key;
    // Up to 256 octets come whole or not at all; it fails only on kernels without the call.
    SLUICE_CHECK(getrandom(&key, sizeof key, 0) == static_cast<ssize_t>(sizeof key));
    return key;
}

}  // namespace sluice::host
