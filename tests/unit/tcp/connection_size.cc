// What a connection costs while it is idle. Reported, and limited where the design names a limit.
#include <doctest/doctest.h>

#include "tcp/connection.h"
#include "tcp/demux.h"

namespace sluice::tcp {
namespace {

TEST_CASE("octets of a connection, a half-open one, and one in TIME-WAIT [R4987-2] [architecture 3]") {
    MESSAGE("Connection ", sizeof(Connection), ", of which Receiver ", sizeof(Receiver), ", Sender ",
            sizeof(Sender), ", Flight ", sizeof(Flight), ", NewReno ", sizeof(NewReno), ", Controller ",
            sizeof(Controller));
    MESSAGE("HalfOpen ", sizeof(HalfOpen), ", TimeWait ", sizeof(TimeWait), ", Reassembly ",
            sizeof(Reassembly));
    CHECK(sizeof(HalfOpen) <= 256);
    CHECK(sizeof(TimeWait) <= 128);
}

}  // namespace
}  // namespace sluice::tcp
