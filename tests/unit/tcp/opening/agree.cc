#include "tcp/opening/agree.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

wire::Path path(std::uint32_t mtu, std::uint32_t reassembly = 65535) {
    wire::Path p;
    p.mtu = mtu;
    p.reassembly_bytes = reassembly;
    return p;
}

wire::TcpOptions mss_option(std::uint16_t mss) {
    wire::TcpOptions options;
    options.mss = mss;
    return options;
}

std::uint16_t agreed_mss(std::uint32_t mtu, const wire::TcpOptions& peer, std::uint16_t bound = 0) {
    const Settings settings;
    return agree(offer_for(settings, path(mtu), 65535, bound), peer, settings, path(mtu), bound).mss;
}

TEST_CASE("the announced MSS is the MTU less 40 octets of headers [SHLD-5] [MUST-14] [RFC 9293 3.7.1]") {
    const Settings settings;
    CHECK(offer_for(settings, path(1500), 65535, 0).mss == 1460);
    CHECK(offer_for(settings, path(576), 65535, 0).mss == 536);
    CHECK(offer_for(settings, path(1400), 65535, 0).mss == 1360);
    CHECK(offer_for(settings, path(65535), 65535, 0).mss == 65495);
}

TEST_CASE(
    "the announced MSS never exceeds what can be reassembled, less the headers [MUST-67] [RFC 9293 3.7.1]") {
    const Settings settings;
    CHECK(offer_for(settings, path(1500, 1000), 65535, 0).mss == 960);
    CHECK(offer_for(settings, path(1500, 1500), 65535, 0).mss == 1460);
}

TEST_CASE("an application and the host may lower the MSS [RFC 9293 3.7.1]") {
    Settings settings;
    CHECK(offer_for(settings, path(1500), 65535, 700).mss == 700);
    CHECK(offer_for(settings, path(1500), 65535, 2000).mss == 1460);
    settings.mss_max = 1000;
    CHECK(offer_for(settings, path(1500), 65535, 0).mss == 1000);
    CHECK(agreed_mss(1500, mss_option(1460), 700) == 700);
}

TEST_CASE("a peer that names no MSS gets 536 octets [MUST-15] [RFC 9293 3.7.1]") {
    CHECK(agreed_mss(1500, {}) == 536);
    CHECK(agreed_mss(500, {}) == 460);
}

TEST_CASE("the send MSS is the smaller of the peer's and the path's [MUST-16] [RFC 9293 3.7.1]") {
    CHECK(agreed_mss(1500, mss_option(1460)) == 1460);
    CHECK(agreed_mss(1500, mss_option(700)) == 700);
    CHECK(agreed_mss(576, mss_option(1460)) == 536);
    CHECK(agreed_mss(1500, mss_option(65535)) == 1460);
}

TEST_CASE("a tiny MSS is raised to the least that is served") {
    CHECK(agreed_mss(1500, mss_option(0)) == 64);
    CHECK(agreed_mss(1500, mss_option(63)) == 64);
    CHECK(agreed_mss(1500, mss_option(65)) == 65);
}

TEST_CASE("timestamps cost 12 octets of every segment [MUST-16] [RFC 9293 3.7.1]") {
    Agreed agreed;
    agreed.mss = 1460;
    CHECK(agreed.mss_send() == 1460);
    agreed.timestamps = true;
    CHECK(agreed.mss_send() == 1448);
}

TEST_CASE("the offered window scale lets the whole buffer be announced, and no more [RFC 7323 2.3]") {
    const Settings settings;
    const auto shift = [&](std::uint32_t buffer) {
        return offer_for(settings, path(1500), buffer, 0).window_shift;
    };
    CHECK(shift(256) == 0);
    CHECK(shift(65535) == 0);
    CHECK(shift(65536) == 1);
    CHECK(shift(131071) == 1);
    CHECK(shift(131072) == 2);
    CHECK(shift(1048576) == 5);
    CHECK(shift(65535U << 14U) == 14);
    CHECK(shift(2147483648U) == 14);  // [R7323-6]: never above 14
}

TEST_CASE("a SYN carries all we offer [SHLD-5] [MAY-3] [R7323-1]") {
    Offer offer;
    offer.mss = 536;
    offer.window_scaling = true;
    offer.window_shift = 5;
    offer.timestamps = true;
    const wire::TcpOptions options = options_of(offer, nullptr);
    CHECK(options.mss == 536);  // also when it is the default
    CHECK(options.window_shift == 5);
    CHECK(options.timestamps);
    const wire::TcpOptions bare = options_of(Offer{}, nullptr);
    CHECK(bare.mss == 536);
    CHECK_FALSE(bare.window_shift);
    CHECK_FALSE(bare.timestamps);
}

TEST_CASE("a SYN,ACK carries window scale and timestamps only if the SYN did [R7323-1] [RFC 7323 2.2, 3.2]") {
    Offer offer;
    offer.window_scaling = true;
    offer.window_shift = 3;
    offer.timestamps = true;
    wire::TcpOptions peer;
    CHECK(options_of(offer, &peer).mss == 536);
    CHECK_FALSE(options_of(offer, &peer).window_shift);
    CHECK_FALSE(options_of(offer, &peer).timestamps);
    peer.window_shift = 0;
    CHECK(options_of(offer, &peer).window_shift == 3);
    CHECK_FALSE(options_of(offer, &peer).timestamps);
    peer.timestamps = wire::Timestamps{1, 0};
    CHECK(options_of(offer, &peer).timestamps);
}

TEST_CASE("both shifts are zero unless both sides sent the option [R7323-3] [RFC 7323 2.3]") {
    const Settings settings;
    Settings without = settings;
    without.window_scaling = false;
    wire::TcpOptions peer = mss_option(1460);
    const auto agreed = [&](const Settings& s) {
        return agree(offer_for(s, path(1500), 1048576, 0), peer, s, path(1500), 0);
    };
    CHECK_FALSE(agreed(settings).window_scaling);
    CHECK(agreed(settings).snd_shift == 0);
    CHECK(agreed(settings).rcv_shift == 0);
    peer.window_shift = 7;
    CHECK(agreed(settings).window_scaling);
    CHECK(agreed(settings).snd_shift == 7);
    CHECK(agreed(settings).rcv_shift == 5);
    CHECK_FALSE(agreed(without).window_scaling);
    CHECK(agreed(without).snd_shift == 0);
}

TEST_CASE("a peer's shift above 14 is used as 14 [R7323-6] [RFC 7323 2.3]") {
    const Settings settings;
    wire::TcpOptions peer;
    for (const unsigned shift : {14U, 15U, 200U, 255U}) {
        peer.window_shift = static_cast<std::uint8_t>(shift);
        CHECK(agree(offer_for(settings, path(1500), 65535, 0), peer, settings, path(1500), 0).snd_shift ==
              14);
    }
}

TEST_CASE("timestamps are agreed when both sides sent them [R7323-9] [RFC 7323 3.2]") {
    Settings settings;
    wire::TcpOptions peer;
    CHECK_FALSE(agree(offer_for(settings, path(1500), 65535, 0), peer, settings, path(1500), 0).timestamps);
    peer.timestamps = wire::Timestamps{1, 0};
    CHECK(agree(offer_for(settings, path(1500), 65535, 0), peer, settings, path(1500), 0).timestamps);
    settings.timestamps = false;
    CHECK_FALSE(agree(offer_for(settings, path(1500), 65535, 0), peer, settings, path(1500), 0).timestamps);
}

}  // namespace
}  // namespace sluice::tcp
