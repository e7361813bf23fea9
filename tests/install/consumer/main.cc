// Uses the installed package as a user would.
#include <sluice/base/random.h>
#include <sluice/base/time.h>

int main() {
    sluice::Random random{7};
    const sluice::Instant start{};
    return random.next() != 0 && sluice::later(start, sluice::Duration{1}) > start ? 0 : 1;
}
