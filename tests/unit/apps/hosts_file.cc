// Names from a hosts file (hosts(5)).
#include "apps/common/hosts_file.h"

#include <doctest/doctest.h>

#include "apps/common/failure.h"

using namespace sluice;
using namespace sluice::common;

TEST_CASE("a name is found among the names and aliases of a line") {
    const std::string_view text =
        "127.0.0.1\tlocalhost\n::1 localhost six\n# 192.0.2.9 hidden\n"
        "  192.0.2.1 gate Gateway.example # hidden\r\n192.0.2.3 gate\n192.0.2.4 last";
    CHECK(find_in_hosts(text, "gate") == wire::Address::v4(192, 0, 2, 1));
    CHECK(find_in_hosts(text, "GATEWAY.EXAMPLE") == wire::Address::v4(192, 0, 2, 1));
    CHECK(find_in_hosts(text, "last") == wire::Address::v4(192, 0, 2, 4));
    CHECK_FALSE(find_in_hosts(text, "hidden"));
    CHECK_FALSE(find_in_hosts(text, "six"));
    CHECK_FALSE(find_in_hosts(text, "192.0.2.1"));
    CHECK_FALSE(find_in_hosts("", "x"));
}

TEST_CASE("a host is an address, a known name, or a clear error") {
    CHECK(address_of_host("192.0.2.7") == wire::Address::v4(192, 0, 2, 7));
    try {
        address_of_host("no.such.name.invalid");
        FAIL("accepted");
    } catch (const Failure& failure) {
        CHECK(failure.exit_code() == exit_usage);
        CHECK(std::string(failure.what()) ==
              "no.such.name.invalid: neither an IPv4 address nor a name in /etc/hosts (there is no resolver "
              "yet)");
    }
}
