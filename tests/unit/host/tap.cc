// What can be said about a TAP without one; the rest is in tests/live.
#include "host/tap.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

using namespace sluice::host;

TEST_CASE("an interface's name has 1 to 15 characters the kernel takes") {
    CHECK(is_interface_name("sluice0"));
    CHECK(is_interface_name("abcdefghijklmno"));
    CHECK_FALSE(is_interface_name("abcdefghijklmnop"));
    CHECK_FALSE(is_interface_name(""));
    for (const char* bad : {".", "..", "a/b", "a b", "a:1", "tap%d", "t\tap", "t\xc3\xa4p"})
        CHECK_FALSE(is_interface_name(bad));
}

TEST_CASE("a bad name is refused before anything is opened") {
    TapOptions options;
    options.name = "no/such";
    const auto tap = Tap::open(options);
    REQUIRE_FALSE(tap);
    CHECK(tap.error() == "'no/such' cannot be an interface's name (1 to 15 characters, no / : % or space)");
}

TEST_CASE("a TAP that must exist and does not is told with what makes it") {
    TapOptions options;
    options.name = "sluicenone";
    options.may_create = false;
    const auto tap = Tap::open(options);
    REQUIRE_FALSE(tap);
    CHECK(tap.error() ==
          "no TAP sluicenone; make it with: sudo ip tuntap add dev sluicenone mode tap user $USER");
}

TEST_CASE("a descriptor that is no TAP is refused and stays open") {
    TapOptions options;
    options.descriptor = ::open("/dev/null", O_RDONLY);
    const auto tap = Tap::open(options);
    REQUIRE_FALSE(tap);
    CHECK(tap.error().find("is not an open TAP") != std::string::npos);
    CHECK(::close(options.descriptor) == 0);
    options.descriptor = 1000000;
    CHECK(Tap::open(options).error().find("is not an open TAP (Bad file descriptor)") != std::string::npos);
}
